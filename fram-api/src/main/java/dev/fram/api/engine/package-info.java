// SPDX-License-Identifier: Apache-2.0

/**
 * The engine SPI: everything Fram needs of one database product. Implemented once a product, found
 * by ServiceLoader.
 */
@NullMarked
package dev.fram.api.engine;

import org.jspecify.annotations.NullMarked;
