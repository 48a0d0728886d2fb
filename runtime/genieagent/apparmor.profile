# Lets jarbuild's Python make user namespaces where AppArmor restricts them (Ubuntu 24.04 and later):
#
#   sudo cp THIS-FILE /etc/apparmor.d/jarbuild
#   sudo apparmor_parser --replace /etc/apparmor.d/jarbuild
#
# It holds for every program that the distribution's Python runs, as it was before Ubuntu 24.04. To
# keep it to jarbuild, install that with a Python of its own (`python3 -m venv --copies FOLDER`) and
# write FOLDER/bin/python3* in place of the path below.

abi <abi/4.0>,
include <tunables/global>

profile jarbuild /usr/bin/python3.[0-9]* flags=(unconfined) {
  userns,

  include if exists <local/jarbuild>
}
