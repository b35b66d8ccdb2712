#!/usr/bin/env bash
# Installs what the tests need and npm does not bring, on Debian and its kin. What is there is left alone.
set -euo pipefail

missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v curl >/dev/null || missing+=(curl)
# What takes captures apart is compared with it; it brings dumpcap.
command -v tshark >/dev/null || missing+=(tshark)
command -v promtool >/dev/null || missing+=(prometheus)
command -v zsh >/dev/null || missing+=(zsh)
command -v fish >/dev/null || missing+=(fish)
# The lab's; beside the commands of root, which are not in everybody's PATH.
PATH="$PATH:/usr/sbin:/sbin"
command -v ip >/dev/null || missing+=(iproute2)
command -v iptables >/dev/null || missing+=(iptables)
command -v tcpdump >/dev/null || missing+=(tcpdump)
command -v conntrack >/dev/null || missing+=(conntrack)
command -v sysctl >/dev/null || missing+=(procps)
# Steps the clock of a process.
compgen -G '/usr/lib/*/faketime/libfaketime.so.1' >/dev/null || missing+=(libfaketime)
command -v nginx >/dev/null || missing+=(nginx-light)
command -v haproxy >/dev/null || missing+=(haproxy)
command -v socat >/dev/null || missing+=(socat)
command -v openssl >/dev/null || missing+=(openssl)

if [ ${#missing[@]} -eq 0 ]; then
  echo 'All test tools are installed.'
  exit 0
fi

if ! command -v apt-get >/dev/null; then
  echo "These are missing, and only apt-get is known here: ${missing[*]}" >&2
  exit 1
fi

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)

export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
