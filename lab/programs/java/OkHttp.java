import java.util.Collections;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;

/** Asks each host for a page with OkHttp. */
public class OkHttp {
	public static void main(String[] hosts) {
		for (String host : hosts) {
			OkHttpClient[] clients = {
				new OkHttpClient(), new OkHttpClient.Builder().protocols(Collections.singletonList(Protocol.HTTP_1_1)).build()};
			for (OkHttpClient client : clients) {
				for (String scheme : new String[] {"https", "http"}) {
					try (Response r = client.newCall(new Request.Builder().url(scheme + "://" + host + "/").build()).execute()) {
						System.out.println(host + " " + r.code());
					} catch (Exception e) {
						System.out.println(host + " " + e);
					}
				}
			}
		}
		System.exit(0);
	}
}
