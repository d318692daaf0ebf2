#!/bin/sh
# Compiles sockets.c to sockets.o, or to the file that is named. Needs clang,
# llvm and the headers of libbpf (Debian: clang llvm libbpf-dev).
set -eu
out=$(realpath -m "${1:-$(dirname "$0")/sockets.o}")
cd "$(dirname "$0")"
clang -O2 -g -fno-strict-aliasing -fdebug-compilation-dir=. -Wall -Werror -Wno-logical-op-parentheses -target bpfel -mcpu=v3 \
	-c sockets.c -o "$out"
llvm-strip --strip-debug "$out"
