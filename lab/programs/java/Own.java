import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import javax.net.ssl.HttpsURLConnection;

/** Asks each host for a page with the JDK's two clients. */
public class Own {
	public static void main(String[] hosts) throws Exception {
		for (String host : hosts) {
			try {
				HttpsURLConnection c = (HttpsURLConnection) new URL("https://" + host + "/").openConnection();
				c.setConnectTimeout(5000);
				c.setReadTimeout(5000);
				c.getInputStream().readAllBytes();
			} catch (Exception e) {
				System.out.println(host + " " + e);
			}
			for (HttpClient.Version v : HttpClient.Version.values()) {
				try {
					HttpClient client = HttpClient.newBuilder().version(v).connectTimeout(Duration.ofSeconds(5)).build();
					for (String scheme : new String[] {"https", "http"}) {
						client.send(HttpRequest.newBuilder(URI.create(scheme + "://" + host + "/")).timeout(Duration.ofSeconds(5)).build(),
								HttpResponse.BodyHandlers.ofString());
					}
				} catch (Exception e) {
					System.out.println(host + " " + e);
				}
			}
		}
		System.exit(0);
	}
}
