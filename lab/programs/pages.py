"""pages.py LIBRARY HOST...: asks each host for a page twice, as programs with LIBRARY do."""
import ssl
import sys

library, hosts = sys.argv[1], sys.argv[2:]
store = "/etc/ssl/certs/ca-certificates.crt"


def is_address(host):
    return host.replace(".", "").isdigit()


def each(get):
    for host in hosts:
        for path in ("/", "/api"):
            try:
                get("https://%s%s" % (host, path), host)
            except Exception as problem:
                print(host, type(problem).__name__, str(problem)[:200])


if library == "urllib":
    import urllib.request

    each(lambda url, host: urllib.request.urlopen(url, timeout=5).read())
elif library in ("requests", "niquests"):
    requests = __import__(library)
    each(lambda url, host: requests.get(url, timeout=5, verify=not is_address(host)))
    session = requests.Session()
    each(lambda url, host: session.get(url, timeout=5, verify=not is_address(host)))
elif library == "urllib3":
    import urllib3

    pool = urllib3.PoolManager(ca_certs=store)
    each(lambda url, host: pool.request("GET", url, timeout=5.0, retries=False))
elif library == "httpx":
    import httpx

    each(lambda url, host: httpx.get(url, timeout=5, verify=not is_address(host)))
    with httpx.Client(http2=True, timeout=5) as client:
        each(lambda url, host: client.get(url))
elif library == "aiohttp":
    import asyncio

    import aiohttp

    async def run():
        async with aiohttp.ClientSession() as session:
            for host in hosts:
                try:
                    async with session.get("https://%s/" % host, timeout=aiohttp.ClientTimeout(5)) as answer:
                        await answer.read()
                except Exception as problem:
                    print(host, repr(problem)[:200])

    asyncio.get_event_loop_policy().new_event_loop().run_until_complete(run())
elif library == "tornado":
    from tornado.httpclient import AsyncHTTPClient
    from tornado.ioloop import IOLoop

    async def run():
        for host in hosts:
            try:
                await AsyncHTTPClient().fetch("https://%s/" % host, ca_certs=store, request_timeout=5)
            except Exception as problem:
                print(host, repr(problem)[:200])

    IOLoop.current().run_sync(run)
elif library == "twisted":
    from twisted.internet import defer, reactor
    from twisted.web.client import Agent, readBody

    async def run():
        agent = Agent(reactor, connectTimeout=5)
        for host in hosts:
            try:
                await readBody(await agent.request(b"GET", ("https://%s/" % host).encode()))
            except Exception as problem:
                print(host, repr(problem)[:200])
        reactor.stop()

    reactor.callWhenRunning(lambda: defer.ensureDeferred(run()))
    reactor.callLater(40, lambda: reactor.running and reactor.stop())
    reactor.run()
elif library == "pycurl":
    import io

    import pycurl

    def get(url, host):
        handle = pycurl.Curl()
        handle.setopt(pycurl.URL, url)
        handle.setopt(pycurl.WRITEDATA, io.BytesIO())
        handle.setopt(pycurl.TIMEOUT, 5)
        handle.setopt(pycurl.CAINFO, store)
        handle.perform()
        handle.close()

    each(get)
elif library == "curl_cffi":
    from curl_cffi import requests

    kinds = ["chrome99", "chrome101", "chrome107", "chrome110", "chrome116", "chrome119", "chrome120", "chrome124", "chrome131",
             "edge99", "edge101", "safari15_3", "safari15_5", "safari17_0", "safari17_2_ios", "safari18_0", "firefox133", "firefox135"]
    for kind in kinds:
        hosts_of_kind = hosts[:3]
        for host in hosts_of_kind:
            try:
                requests.get("https://%s/" % host, impersonate=kind, timeout=5, verify=False)
            except Exception as problem:
                print(kind, host, repr(problem)[:200])
    each(lambda url, host: requests.get(url, timeout=5, verify=False))
elif library == "tls-client":
    import tls_client

    for kind in ("chrome_103", "chrome_105", "chrome_110", "chrome_112", "chrome_120", "firefox_102", "firefox_110", "opera_90",
                 "safari_15_6_1", "safari_16_0", "safari_ios_16_0", "okhttp4_android_13"):
        session = tls_client.Session(client_identifier=kind, random_tls_extension_order=kind == "chrome_112")
        for host in hosts[:4]:
            try:
                session.get("https://%s/" % host, insecure_skip_verify=True, timeout_seconds=5)
            except Exception as problem:
                print(kind, host, repr(problem)[:200])
elif library == "primp":
    import primp

    for kind in ("chrome_100", "chrome_120", "chrome_131", "safari_16", "safari_18", "edge_127", "firefox_128", "firefox_133", "okhttp_4"):
        try:
            client = primp.Client(impersonate=kind, verify=False, timeout=5)
        except Exception as problem:
            print(kind, repr(problem)[:200])
            continue
        for host in hosts[:4]:
            try:
                client.get("https://%s/" % host)
            except Exception as problem:
                print(kind, host, repr(problem)[:200])
elif library == "aioquic":
    import asyncio

    from aioquic.asyncio.client import connect
    from aioquic.quic.configuration import QuicConfiguration

    async def run():
        for host in hosts:
            try:
                configuration = QuicConfiguration(is_client=True, alpn_protocols=["h3"], server_name=None if is_address(host) else host)
                configuration.verify_mode = ssl.CERT_NONE
                async with asyncio.timeout(5):
                    async with connect(host, 443, configuration=configuration) as connection:
                        await connection.ping()
            except Exception as problem:
                print(host, repr(problem)[:200])

    asyncio.run(run())
elif library == "scrapy":
    import scrapy
    from scrapy.crawler import CrawlerProcess

    class Spider(scrapy.Spider):
        name = "lab"
        start_urls = ["https://%s/" % host for host in hosts]

        def parse(self, response):
            yield {"url": response.url}

    process = CrawlerProcess({"LOG_LEVEL": "ERROR", "RETRY_ENABLED": False, "DOWNLOAD_TIMEOUT": 5})
    process.crawl(Spider)
    process.start()
elif library == "websockets":
    import asyncio

    import websockets

    async def run():
        for host in hosts:
            try:
                async with websockets.connect("wss://%s/socket" % host, open_timeout=5, ssl=ssl._create_unverified_context()):
                    pass
            except Exception as problem:
                print(host, repr(problem)[:200])

    asyncio.run(run())
elif library == "boto3":
    import boto3
    from botocore.config import Config

    for service in ("s3", "sts", "ec2", "dynamodb", "sqs", "lambda"):
        for region in ("us-east-1", "eu-west-1"):
            try:
                client = boto3.client(service, region_name=region, aws_access_key_id="a", aws_secret_access_key="b",
                                      config=Config(connect_timeout=5, retries={"max_attempts": 0}))
                {"s3": "list_buckets", "sts": "get_caller_identity", "ec2": "describe_regions", "dynamodb": "list_tables",
                 "sqs": "list_queues", "lambda": "list_functions"}[service]
                getattr(client, {"s3": "list_buckets", "sts": "get_caller_identity", "ec2": "describe_regions",
                                 "dynamodb": "list_tables", "sqs": "list_queues", "lambda": "list_functions"}[service])()
            except Exception as problem:
                print(service, repr(problem)[:200])
else:
    sys.exit("pages.py: no library " + library)
