"""curl.py LIBRARY HOST...: asks each host for a page with a libcurl, as curl does."""
import ctypes
import sys

library = ctypes.CDLL(sys.argv[1])
library.curl_easy_init.restype = ctypes.c_void_p
library.curl_version.restype = ctypes.c_char_p
agent = b"curl/" + library.curl_version().split()[0].split(b"/")[1]
URL, USERAGENT, CAINFO = 10002, 10018, 10065
TIMEOUT, VERIFYPEER, VERIFYHOST, NOBODY, SSLVERSION, HTTP_VERSION = 13, 64, 81, 44, 32, 84


def get(url, *more):
    handle = ctypes.c_void_p(library.curl_easy_init())
    options = ((URL, url.encode()), (USERAGENT, agent), (CAINFO, b"/etc/ssl/certs/ca-certificates.crt"), (TIMEOUT, 10), (HTTP_VERSION, 4))
    for option, value in options + more:
        library.curl_easy_setopt(handle, ctypes.c_int(option), ctypes.c_long(value) if isinstance(value, int) else ctypes.c_char_p(value))
    code = library.curl_easy_perform(handle)
    if code:
        print(url, code)
    library.curl_easy_cleanup(handle)


print(library.curl_version().decode())
for host in sys.argv[2:]:
    get("https://%s/" % host, (VERIFYPEER, 0), (VERIFYHOST, 0))
    get("https://%s/api" % host)
    get("https://%s/" % host, (HTTP_VERSION, 2), (VERIFYPEER, 0), (VERIFYHOST, 0))
    get("https://%s/" % host, (SSLVERSION, 6 | 6 << 16), (VERIFYPEER, 0), (VERIFYHOST, 0))  # TLS 1.2 and no more
    get("http://%s/" % host)
