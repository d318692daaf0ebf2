import com.jcraft.jsch.JSch;
import com.jcraft.jsch.Session;

/** Logs in at each host with JSch. */
public class Jsch {
	public static void main(String[] hosts) {
		for (String host : hosts) {
			try {
				Session s = new JSch().getSession("root", host, 22);
				s.setPassword("lab");
				s.setConfig("StrictHostKeyChecking", "no");
				s.connect(5000);
				s.disconnect();
			} catch (Exception e) {
				System.out.println(host + " " + e);
			}
		}
		System.exit(0);
	}
}
