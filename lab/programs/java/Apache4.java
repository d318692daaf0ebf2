import org.apache.http.client.methods.HttpGet;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.util.EntityUtils;

/** Asks each host for a page with Apache HttpClient 4. */
public class Apache4 {
	public static void main(String[] hosts) {
		for (String host : hosts) {
			for (String scheme : new String[] {"https", "http"}) {
				try (CloseableHttpClient client = HttpClients.createDefault()) {
					EntityUtils.consume(client.execute(new HttpGet(scheme + "://" + host + "/")).getEntity());
				} catch (Exception e) {
					System.out.println(host + " " + e);
				}
			}
		}
		System.exit(0);
	}
}
