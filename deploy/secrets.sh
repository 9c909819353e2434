#!/bin/sh
# Makes what deploy/compose.yaml needs and must not be shared: a certificate authority, the server's certificate, and
# a password a user. deploy/secrets.sh [NAME|ADDRESS …]: names that other machines reach this one by.
# Where deploy/secrets is there, only what it lacks is added; to make new ones, remove it and start all containers again.
set -eu
umask 077
cd "$(dirname "$0")"

command -v openssl > /dev/null || { echo 'secrets.sh: found no openssl; on Debian: sudo apt-get install openssl' >&2; exit 1; }

# What lets a person into the studio; without it the filter serves none.
studio() {
  grep -q '^SHIKA_FILTER_STUDIO_TOKEN=' "$1/filter.env" && return
  printf 'SHIKA_FILTER_STUDIO_PORT=8420\nSHIKA_FILTER_STUDIO_TOKEN=%s\n' "$(openssl rand -hex 24)" >> "$1/filter.env"
}

if [ -e secrets ]; then
  studio secrets
  echo 'deploy/secrets is there already' >&2
  exit 0
fi

made=$(mktemp -d ./.secrets-XXXXXX)
trap 'rm -rf "$made"' EXIT
# Those of compose, of a cluster's nodes there, and of Kubernetes (its nodes are nats-0.nats …).
names='DNS:nats,DNS:nats-2,DNS:nats-3,DNS:*.nats,DNS:localhost,IP:127.0.0.1'
for name in "$@"; do
  case $name in
    *[!0-9.]*) names="$names,DNS:$name" ;;
    *) names="$names,IP:$name" ;;
  esac
done

key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2> /dev/null || openssl ecparam -genkey -name prime256v1 -noout -out "$1"; }

key "$made/ca.key"
openssl req -x509 -new -key "$made/ca.key" -days 3650 -subj '/CN=Shika bus' -out "$made/ca.pem" \
  -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign'
key "$made/server.key"
openssl req -new -key "$made/server.key" -subj '/CN=nats' -out "$made/server.csr"
printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=CA:FALSE\n' "$names" > "$made/extensions"
openssl x509 -req -in "$made/server.csr" -CA "$made/ca.pem" -CAkey "$made/ca.key" -CAcreateserial -days 3650 \
  -extfile "$made/extensions" -out "$made/server.pem" 2> /dev/null
# Nobody needs to sign a second certificate with this authority.
rm "$made/ca.key" "$made/server.csr" "$made/extensions" "$made"/*.srl

for user in $(sed -n 's/^ *user: \([a-z]*\),.*/\1/p' permissions.conf); do
  # A letter first: nats-server reads a value that looks like a number as one.
  password="p$(openssl rand -hex 24)"
  printf 'SHIKA_BUS_USER=%s\nSHIKA_BUS_PASSWORD=%s\n' "$user" "$password" > "$made/$user.env"
  printf 'SHIKA_PASSWORD_%s=%s\n' "$(echo "$user" | tr '[:lower:]' '[:upper:]')" "$password" >> "$made/nats.env"
done
studio "$made"
# Read in the containers by another user than the one who runs this.
chmod 755 "$made"
chmod 644 "$made/ca.pem"
mv "$made" secrets
trap - EXIT
echo 'made deploy/secrets' >&2
