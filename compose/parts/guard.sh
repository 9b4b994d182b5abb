# shellcheck shell=bash disable=SC2154 # the folders and settings come from compose/local
# SPDX-License-Identifier: Apache-2.0
#
# nginx before the schema registry: TLS by an authority of its own, and a name and a password. What it wants
# is in data/guard/README; a changed data/guard/users counts for the next request.

readonly GUARD_PASSWORD='registry\secret 1'

guard_configure() {
  local conf=$root/conf/guard data=$root/data/guard
  secure_certificates "$data"
  [[ -s $data/users ]] || printf 'sluice:%s\n' "$(openssl passwd -apr1 "$GUARD_PASSWORD")" > "$data/users"
  cat > "$conf/nginx.conf" <<END
daemon off;
master_process off;
pid $root/run/guard.nginx;
error_log stderr notice;
events {}
http {
  access_log off;
  client_body_temp_path $data/tmp; proxy_temp_path $data/tmp; fastcgi_temp_path $data/tmp;
  uwsgi_temp_path $data/tmp; scgi_temp_path $data/tmp;
  server {
    listen $bind:$guard_port ssl;
    ssl_certificate $data/server.pem;
    ssl_certificate_key $data/server.key;
    location / {
      auth_basic registry;
      auth_basic_user_file $data/users;
      proxy_set_header Authorization "";
      proxy_pass http://127.0.0.1:$registry_port;
    }
  }
}
END
  cat > "$data/README" <<END
registry.url          https://127.0.0.1:$guard_port/apis/ccompat/v7
registry.username     sluice
registry.password     $GUARD_PASSWORD
registry.ca.location  $data/ca.pem
END
}

guard_command() {
  mkdir -p "$root/data/guard/tmp"
  marked_command guard "$(PATH=$PATH:/usr/sbin command -v nginx)" -e stderr -c "$root/conf/guard/nginx.conf"
}

# Without a name it is told to give one.
guard_answers() {
  [[ $(printf 'GET / HTTP/1.0\r\n\r\n' | timeout 5 openssl s_client -quiet -connect "127.0.0.1:$guard_port" 2> /dev/null) == 'HTTP/1.1 401'* ]]
}
