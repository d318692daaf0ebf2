import java.time.Duration;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.session.ClientSession;

/** Logs in at each host with Apache MINA SSHD. */
public class Mina {
	public static void main(String[] hosts) {
		for (String host : hosts) {
			try (SshClient c = SshClient.setUpDefaultClient()) {
				c.setServerKeyVerifier((session, address, key) -> true);
				c.start();
				try (ClientSession s = c.connect("root", host, 22).verify(Duration.ofSeconds(5)).getSession()) {
					s.addPasswordIdentity("lab");
					s.auth().verify(Duration.ofSeconds(5));
				}
			} catch (Exception e) {
				System.out.println(host + " " + e);
			}
		}
		System.exit(0);
	}
}
