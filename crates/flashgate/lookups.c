/* For the static program: lookups of users and hosts use only what is inside it.
 *
 * Otherwise the C library loads the modules that /etc/nsswitch.conf names, such as `systemd` and `resolve`. They bring a
 * second C library, and the program crashes. /etc/passwd, /etc/hosts and DNS need no module.
 */

#include <nss.h>

__attribute__((constructor)) static void keep_lookups_inside(void)
{
    __nss_configure_lookup("passwd", "files");
    __nss_configure_lookup("group", "files");
    __nss_configure_lookup("hosts", "files dns");
}
