// Asks with Java's TLS: TlsClient URL..., over HTTP/2 where the server has it; tls1.2:HOST:PORT and tls1.3:HOST:PORT are
// connections without HTTP. With -serve KEYSTORE PORT it answers one line to each who connects.
import java.io.FileInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

public class TlsClient {
    static class TrustAll extends X509ExtendedTrustManager {
        public void checkClientTrusted(X509Certificate[] c, String t) {}
        public void checkServerTrusted(X509Certificate[] c, String t) {}
        public void checkClientTrusted(X509Certificate[] c, String t, java.net.Socket s) {}
        public void checkServerTrusted(X509Certificate[] c, String t, java.net.Socket s) {}
        public void checkClientTrusted(X509Certificate[] c, String t, SSLEngine e) {}
        public void checkServerTrusted(X509Certificate[] c, String t, SSLEngine e) {}
        public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
    }

    static void serve(String file, int port) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new FileInputStream(file), "secret".toCharArray());
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, "secret".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(port);
        listener.setWantClientAuth(true);
        while (true) {
            try (SSLSocket s = (SSLSocket) listener.accept()) {
                s.getOutputStream().write("hello from Java\n".getBytes());
            } catch (java.io.IOException e) {
                System.err.println(e);
            }
        }
    }

    static void socket(SSLContext context, String version, String host, int port) throws Exception {
        try (SSLSocket s = (SSLSocket) context.getSocketFactory().createSocket(host, port)) {
            s.setEnabledProtocols(new String[] {version});
            SSLParameters p = s.getSSLParameters();
            p.setServerNames(List.of(new SNIHostName("java-" + version.toLowerCase() + ".example.net")));
            p.setApplicationProtocols(new String[] {"http/1.1"});
            s.setSSLParameters(p);
            s.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes());
            s.getInputStream().read();
        }
    }

    public static void main(String[] args) throws Exception {
        if (args[0].equals("-serve")) {
            serve(args[1], Integer.parseInt(args[2]));
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustAll()}, null);
        HttpClient client = HttpClient.newBuilder().sslContext(context).build();
        for (String a : args) {
            String[] part = a.split(":");
            if (a.startsWith("tls")) {
                socket(context, part[0].replace("tls", "TLSv"), part[1], Integer.parseInt(part[2]));
            } else {
                System.out.println(client.send(HttpRequest.newBuilder(URI.create(a)).build(), HttpResponse.BodyHandlers.ofString()).version());
            }
        }
    }
}
