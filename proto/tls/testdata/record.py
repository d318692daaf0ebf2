#!/usr/bin/env python3
"""Records handshakes of an installed OpenSSL as sessions for the tests of tls and dtls.

    python3 record.py            writes ./*.session and ../../dtls/testdata/*.session

A relay stands between openssl s_client and s_server. A line of a session is what one read of the relay brought:
'>' or '<' for client or server, and the bytes in hexadecimal. The sessions that are checked in were made by
OpenSSL 3.0.19. Certificates and keys are made anew each time.
"""
import os, socket, subprocess, sys, tempfile, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
DTLS = os.path.join(HERE, '..', '..', 'dtls', 'testdata')
TMP = tempfile.mkdtemp()


def sh(*a, **k):
    subprocess.run(a, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=TMP, **k)


def certs():
    with open(os.path.join(TMP, 'ext.cnf'), 'w') as f:
        f.write('basicConstraints=critical,CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth,clientAuth\n'
                'subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid,issuer:always\n'
                'subjectAltName=DNS:a.example,DNS:*.b.example,IP:192.0.2.1,IP:2001:db8::1,email:x@a.example,URI:https://a.example/\n'
                'crlDistributionPoints=URI:http://crl.example/a.crl,URI:http://crl.example/b.crl\n'
                'authorityInfoAccess=OCSP;URI:http://ocsp.example/,caIssuers;URI:http://ca.example/ca.der\n'
                'certificatePolicies=1.3.6.1.4.1.99999.1,@p\ntlsfeature=status_request\nnsComment=made for a test\nnsCertType=server\n'
                '[p]\npolicyIdentifier=1.3.6.1.4.1.99999.2\nCPS.1=http://cps.example/\n')
    subj = '/C=XX/ST=A/L=B "quoted"/O=D\\/E/OU=F/CN=%s/emailAddress=x@a.example/DC=example/UID=u1'
    sh('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '3650', '-subj', '/C=XX/O=Test/CN=Test CA')
    for name, new in (('rsa', ['rsa:2048']), ('ec', ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']), ('cli', ['ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1']), ('ed', ['ed25519'])):
        sh('openssl', 'req', '-newkey', *new, '-nodes', '-keyout', name + '.key', '-out', name + '.csr', '-utf8', '-subj', subj % (name + '.example'))
        sh('openssl', 'x509', '-req', '-in', name + '.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', '365', '-extfile', 'ext.cnf', '-out', name + '.pem')
        with open(os.path.join(TMP, name + '.chain'), 'wb') as f:
            for p in (name + '.pem', 'ca.pem'):
                f.write(open(os.path.join(TMP, p), 'rb').read())


def port(kind):
    s = socket.socket(socket.AF_INET, kind)
    s.bind(('127.0.0.1', 0))
    n = s.getsockname()[1]
    s.close()
    return n


class Relay:
    def __init__(self, dtls, to):
        self.log, self.dtls, self.to, self.lock = [], dtls, to, threading.Lock()
        self.s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if dtls else socket.SOCK_STREAM)
        self.s.bind(('127.0.0.1', 0))
        self.port = self.s.getsockname()[1]
        if not dtls:
            self.s.listen(5)
        threading.Thread(target=self.udp if dtls else self.tcp, daemon=True).start()

    def add(self, d, b):
        with self.lock:
            self.log.append((d, b))

    def udp(self):
        up = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        up.connect(('127.0.0.1', self.to))
        peer = [None]

        def down():
            while True:
                try:
                    b = up.recv(65536)
                except OSError:
                    continue
                self.add('<', b)
                self.s.sendto(b, peer[0])
        threading.Thread(target=down, daemon=True).start()
        while True:
            b, peer[0] = self.s.recvfrom(65536)
            self.add('>', b)
            up.send(b)

    def tcp(self):
        while True:
            c, _ = self.s.accept()
            u = socket.create_connection(('127.0.0.1', self.to))

            def pump(a, b, d):
                while True:
                    try:
                        x = a.recv(65536)
                    except OSError:
                        x = b''
                    if not x:
                        try:
                            b.shutdown(socket.SHUT_WR)
                        except OSError:
                            pass
                        return
                    self.add(d, x)
                    b.sendall(x)
            threading.Thread(target=pump, args=(c, u, '>'), daemon=True).start()
            threading.Thread(target=pump, args=(u, c, '<'), daemon=True).start()


def record(name, server, client, dtls=False, again=False):
    kind = socket.SOCK_DGRAM if dtls else socket.SOCK_STREAM
    p = port(kind)
    srv = subprocess.Popen(['openssl', 's_server', '-port', str(p)] + server, cwd=TMP, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.4)
    try:
        for n in range(2 if again else 1):
            r = Relay(dtls, p)
            extra = (['-sess_out', 's'] if n == 0 else ['-sess_in', 's']) if again else []
            cli = subprocess.Popen(['openssl', 's_client', '-connect', '127.0.0.1:%d' % r.port] + client + extra, cwd=TMP, stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.6)
            try:
                cli.stdin.write(b'hello\n')
                cli.stdin.flush()
                time.sleep(0.2)
                cli.stdin.close()
            except OSError:
                pass
            time.sleep(0.3)
            cli.terminate()
            cli.wait()
            time.sleep(0.2)
    finally:
        srv.terminate()
        srv.wait()
    with open(os.path.join(DTLS if dtls else HERE, 'openssl-%s.session' % name), 'w') as f:
        for d, b in r.log[:60]:
            f.write('%s %s\n' % (d, b.hex()))
    print(name, len(r.log))


certs()
RSA = ['-cert', 'rsa.pem', '-key', 'rsa.key', '-cert_chain', 'ca.pem']
EC = ['-cert', 'ec.pem', '-key', 'ec.key', '-cert_chain', 'ca.pem']
CLI = ['-cert', 'cli.pem', '-key', 'cli.key', '-cert_chain', 'ca.pem']
OLD = ['-cipher', 'ALL:@SECLEVEL=0']
NAME = ['-servername', 'a.example', '-alpn', 'h2,http/1.1']
record('tls10', RSA + OLD, OLD + NAME + ['-tls1', '-no_ticket'])
record('tls11-dhe', RSA + ['-cipher', 'DHE:@SECLEVEL=0'], OLD + NAME + ['-tls1_1'])
record('tls12-rsa-kex', RSA + ['-cipher', 'AES128-SHA'], NAME + ['-tls1_2'])
record('tls12-client-cert', EC + ['-Verify', '2', '-alpn', 'http/1.1'], NAME + CLI + ['-tls1_2'])
record('tls12-resumed-ticket', RSA, NAME + ['-tls1_2'], again=True)
record('tls12-resumed-id', RSA + ['-no_ticket'], NAME + ['-tls1_2', '-no_ticket'], again=True)
record('tls12-ed25519', ['-cert', 'ed.pem', '-key', 'ed.key'], NAME + ['-tls1_2'])
record('tls13', EC + ['-alpn', 'h2'], NAME + ['-tls1_3'])
record('tls13-retry', EC + ['-groups', 'P-384'], NAME + ['-tls1_3', '-groups', 'X25519:P-384'])
record('tls13-resumed', RSA, NAME + ['-tls1_3'], again=True)
record('no-common-version', RSA + ['-tls1_3'], NAME + ['-tls1_2'])
record('no-common-suite', RSA + ['-cipher', 'AES128-SHA', '-tls1_2'], NAME + ['-cipher', 'ECDHE-ECDSA-AES128-GCM-SHA256', '-tls1_2'])
record('dtls10', RSA + OLD + ['-dtls1'], OLD + NAME + ['-dtls1'], dtls=True)
record('dtls12', EC + ['-dtls1_2', '-listen', '-Verify', '1'], NAME + CLI + ['-dtls1_2'], dtls=True)
record('dtls12-fragments', RSA + ['-dtls1_2', '-mtu', '300'], NAME + ['-dtls1_2', '-mtu', '256'], dtls=True)
record('dtls12-resumed', RSA + ['-dtls1_2'], NAME + ['-dtls1_2'], dtls=True, again=True)
