# SPDX-License-Identifier: Apache-2.0
"""generate.py COMPILER FOLDER IDL: has the thrift compiler write the C client, then makes its
finalizers chain up. As written they stop at their own class, so GObject's finalizer never runs and
every object leaks what GLib keeps beside it."""
import pathlib
import re
import subprocess
import sys

FINALIZER = re.compile(r"^\w+_finalize \(GObject \*object\)\n\{.*?^(?=\}$)", re.MULTILINE | re.DOTALL)


def main():
    compiler, folder, idl = sys.argv[1:]
    subprocess.run([compiler, "--gen", "c_glib", "-out", folder, idl], check=True)
    for source in pathlib.Path(folder).glob("*.c"):
        text = source.read_text()
        chained = FINALIZER.sub(
            lambda found: found[0] + "  G_OBJECT_CLASS (g_type_class_peek (G_TYPE_OBJECT))->finalize (object);\n", text
        )
        source.write_text(chained)


main()
