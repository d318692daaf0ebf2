import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;

/** Asks each host for a page with Apache HttpClient 5. */
public class Apache5 {
	public static void main(String[] hosts) {
		for (String host : hosts) {
			for (String scheme : new String[] {"https", "http"}) {
				try (CloseableHttpClient client = HttpClients.createDefault()) {
					client.execute(new HttpGet(scheme + "://" + host + "/"), answer -> answer.getCode());
				} catch (Exception e) {
					System.out.println(host + " " + e);
				}
			}
		}
		System.exit(0);
	}
}
