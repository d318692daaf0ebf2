import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.transport.verification.PromiscuousVerifier;

/** Logs in at each host with sshj. */
public class Sshj {
	public static void main(String[] hosts) {
		for (String host : hosts) {
			try (SSHClient c = new SSHClient()) {
				c.addHostKeyVerifier(new PromiscuousVerifier());
				c.setConnectTimeout(5000);
				c.connect(host);
				c.authPassword("root", "lab");
			} catch (Exception e) {
				System.out.println(host + " " + e);
			}
		}
		System.exit(0);
	}
}
