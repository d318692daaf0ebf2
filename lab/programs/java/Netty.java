import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;

/** Asks each host for a page with Netty's TLS by BoringSSL, with and without h2 on offer (as gRPC does). */
public class Netty {
	public static void main(String[] hosts) throws Exception {
		NioEventLoopGroup group = new NioEventLoopGroup(1);
		for (String host : hosts) {
			for (boolean h2 : new boolean[] {false, true}) {
				SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.OPENSSL).trustManager(InsecureTrustManagerFactory.INSTANCE);
				if (h2) {
					builder.applicationProtocolConfig(new ApplicationProtocolConfig(ApplicationProtocolConfig.Protocol.ALPN,
							ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE, ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT, "h2"));
				}
				SslContext context = builder.build();
				try {
					Channel c = new Bootstrap().group(group).channel(NioSocketChannel.class).handler(new ChannelInitializer<Channel>() {
						@Override
						protected void initChannel(Channel ch) {
							ch.pipeline().addLast(context.newHandler(ch.alloc(), host, 443), new HttpClientCodec());
						}
					}).connect(host, 443).sync().channel();
					c.pipeline().get(SslHandler.class).handshakeFuture().await(5000);
					if (!h2) {
						DefaultFullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
						request.headers().set("Host", host);
						c.writeAndFlush(request).await(2000);
						Thread.sleep(50);
					}
					c.close().await(1000);
				} catch (Exception e) {
					System.out.println(host + " " + e);
				}
			}
		}
		System.exit(0);
	}
}
