import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.Hashtable;
import java.util.Vector;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.ProtocolName;
import org.bouncycastle.tls.ServerName;
import org.bouncycastle.tls.NameType;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/** Asks each host for a page with BouncyCastle's own TLS. */
public class Bouncy {
	public static void main(String[] hosts) {
		for (String host : hosts) {
			try (Socket s = new Socket()) {
				s.connect(new InetSocketAddress(host, 443), 5000);
				s.setSoTimeout(5000);
				TlsClientProtocol protocol = new TlsClientProtocol(s.getInputStream(), s.getOutputStream());
				protocol.connect(new DefaultTlsClient(new BcTlsCrypto(new SecureRandom())) {
					@Override
					protected Vector getSNIServerNames() {
						if (Character.isDigit(host.charAt(host.length() - 1))) {
							return null;
						}
						return new Vector(Collections.singletonList(new ServerName(NameType.host_name, host.getBytes())));
					}

					@Override
					public TlsAuthentication getAuthentication() {
						return new TlsAuthentication() {
							public void notifyServerCertificate(TlsServerCertificate c) {}

							public TlsCredentials getClientCredentials(CertificateRequest r) {
								return null;
							}
						};
					}
				});
				protocol.getOutputStream().write(("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n").getBytes());
				protocol.getInputStream().read(new byte[1000]);
				protocol.close();
			} catch (Exception e) {
				System.out.println(host + " " + e);
			}
		}
		System.exit(0);
	}
}
