// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

/**
 * The report in both forms.
 *
 * @param page HTML that needs nothing else: no script, nothing from elsewhere
 * @param json the same as JSON
 */
public record WrittenReport(String page, String json) {}
