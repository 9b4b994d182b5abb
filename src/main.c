/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>

int
main(void)
{
  setlocale(LC_ALL, "");
  return 0;
}
