# services.sh - captures of mail, files, directories, data bases, messages and telephony. Part of make.sh.

# mail: python:aiosmtpd openssl
capture_mail() {
	network
	certificates
	serve "$python" "$programs/smtp_server.py" server-rsa.pem server-rsa.key
	listening 25
	record smtp.pcap
	c /usr/bin/python3 "$programs/smtp_client.py" 192.0.2.2
	(sleep 0.5; echo 'EHLO again.example.org'; sleep 0.5; echo QUIT; sleep 0.3) |
		c timeout 10 openssl s_client -starttls smtp -name mail.example.org -connect 192.0.2.2:25 -servername mx.example.org -quiet || true
	recorded
}

# mailboxes: /usr/sbin/dovecot openssl curl
capture_mailboxes() {
	network
	certificates
	mkdir mail base
	cat >dovecot.conf <<-EOF
		protocols = imap pop3
		base_dir = $work/base
		log_path = $work/dovecot.log
		listen = *
		ssl = yes
		ssl_cert = <$work/server-rsa.pem
		ssl_key = <$work/server-rsa.key
		disable_plaintext_auth = no
		mail_location = maildir:$work/mail/%u
		default_internal_user = dovecot
		default_login_user = dovenull
		first_valid_uid = 0
		auth_mechanisms = plain login
		passdb {
			driver = static
			args = password=secret
		}
		userdb {
			driver = static
			args = uid=0 gid=0 home=$work/mail
		}
	EOF
	serve /usr/sbin/dovecot -F -c "$work/dovecot.conf"
	listening 143
	listening 110
	record imap.pcap port 143
	record pop3.pcap port 110
	get -u alice:secret imap://192.0.2.2/ || true
	printf 'Subject: hello\r\n\r\nhello\r\n' >message
	get -u alice:secret -T message imap://192.0.2.2/INBOX || true
	get -u alice:wrong imap://192.0.2.2/ || true
	get -u alice:secret 'imap://192.0.2.2/INBOX;MAILINDEX=1' || true
	get -u alice:secret pop3://192.0.2.2/ || true
	get -u alice:secret pop3://192.0.2.2/1 || true
	(sleep 0.5; echo 'a1 LOGOUT'; sleep 0.3) |
		c timeout 10 openssl s_client -starttls imap -connect 192.0.2.2:143 -servername imap.example.org -quiet || true
	(sleep 0.5; echo QUIT; sleep 0.3) |
		c timeout 10 openssl s_client -starttls pop3 -connect 192.0.2.2:110 -servername pop.example.org -quiet || true
	recorded
}

# ftp: python:pyftpdlib curl
capture_ftp() {
	network
	mkdir files
	echo 'a file' >files/hello.txt
	serve "$python" "$programs/ftp_server.py" "$work/files"
	listening 21
	record ftp.pcap
	get ftp://192.0.2.2/hello.txt
	get -u alice:secret -P - --disable-eprt -T files/hello.txt ftp://192.0.2.2/up.txt
	get -u alice:wrong ftp://192.0.2.2/ || true
	get 'ftp://[2001:db8::2]/'
	recorded
}

# mqtt: /usr/sbin/mosquitto mosquitto_pub mosquitto_sub
capture_mqtt() {
	network
	printf 'listener 1883\nallow_anonymous true\nuser root\n' >mosquitto.conf
	serve /usr/sbin/mosquitto -c "$work/mosquitto.conf"
	listening 1883
	record mqtt.pcap
	c timeout 10 mosquitto_sub -h 192.0.2.2 -i reader -t 'house/+/temperature' -C 2 -q 1 &
	sleep 1
	c mosquitto_pub -h 192.0.2.2 -i writer -t house/cellar/temperature -m 12.5 -u alice -P secret --will-topic gone --will-payload bye
	c mosquitto_pub -h 192.0.2.2 -V mqttv5 -i writer5 -t house/attic/temperature -m 30 -q 2 -D publish user-property unit celsius
	sleep 0.5
	recorded
}

# redis: redis-server redis-cli
capture_redis() {
	network
	serve redis-server --port 6379 --bind 0.0.0.0 --protected-mode no --save '' --dir "$work" --requirepass secret
	listening 6379
	record redis.pcap
	c redis-cli -h 192.0.2.2 -a secret SET key value
	c redis-cli -h 192.0.2.2 -3 GET key || true
	recorded
}

# ldap: /usr/sbin/slapd ldapsearch openssl
capture_ldap() {
	network
	certificates
	mkdir db
	cat >slapd.conf <<-EOF
		include /etc/ldap/schema/core.schema
		include /etc/ldap/schema/cosine.schema
		modulepath /usr/lib/ldap
		moduleload back_ldif
		TLSCertificateFile $work/server-rsa.pem
		TLSCertificateKeyFile $work/server-rsa.key
		pidfile $work/slapd.pid
		database ldif
		suffix "dc=example,dc=org"
		rootdn "cn=admin,dc=example,dc=org"
		rootpw secret
		directory $work/db
	EOF
	printf 'dn: dc=example,dc=org\nobjectClass: domain\ndc: example\n' | slapadd -f slapd.conf
	serve /usr/sbin/slapd -d 0 -h ldap:/// -f "$work/slapd.conf"
	listening 389
	record ldap.pcap
	c ldapsearch -x -H ldap://192.0.2.2 -D cn=admin,dc=example,dc=org -w secret -b dc=example,dc=org '(&(objectClass=*)(!(dc=none)))'
	c ldapsearch -x -H ldap://192.0.2.2 -D cn=admin,dc=example,dc=org -w wrong -b '' -s base || true
	LDAPTLS_REQCERT=never c ldapsearch -ZZ -x -H ldap://192.0.2.2 -b dc=example,dc=org -s base
	recorded
}

# postgres: /usr/lib/postgresql/15/bin/postgres openssl psql
capture_postgres() {
	network
	certificates
	chown -R postgres .
	setpriv --reuid postgres --clear-groups /usr/lib/postgresql/15/bin/initdb -D "$work/pg" -A trust >/dev/null
	sed -i 's/127.0.0.1\/32/192.0.2.0\/24/' pg/pg_hba.conf
	chmod 600 server-rsa.key
	serve setpriv --reuid postgres --clear-groups /usr/lib/postgresql/15/bin/postgres -D "$work/pg" -h 0.0.0.0 -k "$work" \
		-c ssl=on -c ssl_cert_file="$work/server-rsa.pem" -c ssl_key_file="$work/server-rsa.key"
	listening 5432
	sleep 1
	record postgres.pcap
	c psql 'host=192.0.2.2 user=postgres dbname=postgres sslmode=disable application_name=capture' -c 'select 1 as one'
	c psql 'host=192.0.2.2 user=postgres dbname=postgres sslmode=require sslsni=1' -c 'select 2'
	c psql 'host=192.0.2.2 user=nobody dbname=none sslmode=disable' -c 'select 3' || true
	recorded
}

# mysql: mariadbd mariadb-install-db mariadb
capture_mysql() {
	network
	certificates
	mariadb-install-db --no-defaults --user=root --datadir="$work/my" --auth-root-authentication-method=normal >/dev/null
	serve mariadbd --no-defaults --user=root --datadir="$work/my" --socket="$work/my.sock" --pid-file="$work/my.pid" \
		--ssl-cert="$work/server-rsa.pem" --ssl-key="$work/server-rsa.key"
	listening 3306
	mariadb --no-defaults -S "$work/my.sock" -e "create user alice@'%' identified by 'secret'"
	record mysql.pcap
	c mariadb --no-defaults -h 192.0.2.2 -u alice -psecret --skip-ssl -e 'select 1'
	c mariadb --no-defaults -h 192.0.2.2 -u alice -psecret --ssl -e 'select 2' || true
	c mariadb --no-defaults -h 192.0.2.2 -u alice -pwrong --skip-ssl || true
	recorded
}

# stun: turnserver turnutils_stunclient turnutils_uclient
capture_stun() {
	network
	serve turnserver -n --listening-ip 192.0.2.2 --relay-ip 192.0.2.2 -a -u alice:secret -r example.org --no-cli \
		--pidfile "$work/turn.pid" --log-file stdout --userdb "$work/turn.db" --no-tls --no-dtls --allow-loopback-peers
	listening 3478 udp
	sleep 1
	record stun.pcap
	c timeout 5 turnutils_stunclient 192.0.2.2 || true
	c timeout 6 turnutils_uclient -u alice -w secret -y -n 2 -m 1 192.0.2.2 || true
	recorded
}

# sip: sipp
capture_sip() {
	network
	serve sipp -sn uas -i 192.0.2.2 -p 5060 -nostdin
	listening 5060 udp
	record sip.pcap
	c timeout 20 sipp -sn uac -i 192.0.2.1 -p 5061 -m 1 -d 300 -s alice -nostdin 192.0.2.2:5060 || true
	recorded
}

# smb: /usr/sbin/smbd smbclient smbpasswd
capture_smb() {
	network
	mkdir share private
	echo hello >share/hello.txt
	cat >smb.conf <<-EOF
		[global]
		workgroup = EXAMPLE
		netbios name = SERVER
		private dir = $work/private
		lock directory = $work/private
		state directory = $work/private
		cache directory = $work/private
		pid directory = $work/private
		ncalrpc dir = $work/private/rpc
		log file = $work/smb.log
		bind interfaces only = no
		map to guest = Bad User
		server min protocol = NT1
		[files]
		path = $work/share
		guest ok = yes
	EOF
	printf 'secret\nsecret\n' | smbpasswd -c "$work/smb.conf" -s -a root
	serve /usr/sbin/smbd -F -s "$work/smb.conf"
	listening 445
	record smb.pcap
	c timeout 20 smbclient -s "$work/smb.conf" //192.0.2.2/files -U root%secret -c 'get hello.txt out.txt' || true
	c timeout 20 smbclient -s "$work/smb.conf" //192.0.2.2/files -N -m NT1 --option='client min protocol=NT1' -c ls || true
	recorded
}
