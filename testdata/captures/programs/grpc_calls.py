"""gRPC without generated code: grpc_calls.py serve PORT, or grpc_calls.py ADDRESS PORT"""
import concurrent.futures
import sys

import grpc


class Handler(grpc.GenericRpcHandler):
    def service(self, details):
        if details.method == "/example.Greeter/Hello":
            return grpc.unary_unary_rpc_method_handler(self.hello)
        if details.method == "/example.Greeter/Count":
            return grpc.unary_stream_rpc_method_handler(lambda request, context: (b"%d" % i for i in range(3)))
        return None

    def hello(self, request, context):
        context.set_trailing_metadata((("x-trailer", "behind"),))
        if request == b"bad":
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "a bad name")
        return b"hello " + request


if sys.argv[1] == "serve":
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(2), handlers=[Handler()])
    server.add_insecure_port("0.0.0.0:" + sys.argv[2])
    server.start()
    server.wait_for_termination()

with grpc.insecure_channel(f"{sys.argv[1]}:{sys.argv[2]}") as channel:
    hello = channel.unary_unary("/example.Greeter/Hello")
    print(hello(b"world", metadata=(("x-request", "one"), ("authorization", "Bearer token"))))
    print(list(channel.unary_stream("/example.Greeter/Count")(b"")))
    for method, request in ("/example.Greeter/Hello", b"bad"), ("/example.Greeter/None", b""):
        try:
            channel.unary_unary(method)(request, timeout=5)
        except grpc.RpcError as e:
            print(e.code())
