/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded into a server: while the file FRAM_SLOW_DISK is there, each flush takes a second
   longer, as on a disk that is far too slow or stands still now and then. Nothing else is changed. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void wait_a_while(void)
{
    const char *file = getenv("FRAM_SLOW_DISK");
    if (file != NULL && access(file, F_OK) == 0) {
        struct timespec time = {1, 0};
        nanosleep(&time, NULL);
    }
}

int fsync(int file)
{
    wait_a_while();
    return (int) syscall(SYS_fsync, file);
}

int fdatasync(int file)
{
    wait_a_while();
    return (int) syscall(SYS_fdatasync, file);
}
