# evaluation.sh - more captures, for docs/detect-evaluation.md alone: variants of what make.sh makes, larger and longer,
# and quiet traffic. make.sh has these names too: OUT=/some/folder ./make.sh nmap-all quiet-long
# They are not committed; evaluate.py runs joy over them.

# nmap-all: nmap nginx openssl
capture_nmap-all() { web; record nmap-all.pcap; a nmap -n -Pn -sS -p- --max-retries 0 198.51.100.2 >/dev/null; recorded 3; }

# nmap-slow: nmap
capture_nmap-slow() { record nmap-slow.pcap; a nmap -n -Pn -sS -T2 --top-ports 60 198.51.100.2 >/dev/null; recorded; }

# nmap-version: nmap nginx openssl sshd
capture_nmap-version() { web; sshd_on 22; record nmap-version.pcap; a nmap -n -Pn -sV -F 198.51.100.2 >/dev/null; recorded; }

# nmap-xmas: nmap
capture_nmap-xmas() { record nmap-xmas.pcap; a nmap -n -Pn -sX -F 198.51.100.2 >/dev/null; recorded; }

# nmap-null: nmap
capture_nmap-null() { record nmap-null.pcap; a nmap -n -Pn -sN -F 198.51.100.2 >/dev/null; recorded; }

# nmap-ack: nmap
capture_nmap-ack() { record nmap-ack.pcap; a nmap -n -Pn -sA -F 198.51.100.2 >/dev/null; recorded; }

# nmap-few: nmap
capture_nmap-few() { record nmap-few.pcap; a nmap -n -Pn -sS -p 22,80,443,8080,3389 198.51.100.2 >/dev/null; recorded; }

# masscan-wide: masscan
capture_masscan-wide() {
	r ip route add blackhole 10.40.0.0/16
	record masscan-wide.pcap
	a timeout -k 2 -s INT 40 masscan 10.40.0.0/16 -p 8000 --rate 4000 --wait 1 --interface eth0 --source-ip 10.20.0.2 --router-mac 02:00:00:00:00:01 --seed 1 >/dev/null 2>&1
	recorded 3
}

# hydra-one: hydra sshd
capture_hydra-one() { sshd_on 22 3; words 12 >"$work/words"; record hydra-one.pcap; a timeout 120 hydra -q -l root -P "$work/words" -t 1 198.51.100.2 ssh >/dev/null 2>&1; recorded; }

# iodine_type RECORD
iodine_type() {
	serve iodined -f -c -P secret 172.31.9.1 t.example.net
	listening 53 u
	record "iodine-$1.pcap"
	a timeout 90 iodine -f -r -T "$1" -P secret 198.51.100.2 t.example.net >>"$work/log" 2>&1 &
	for _ in $(seq 40); do a ping -c 1 -W 1 172.31.9.1 >/dev/null 2>&1 && break; sleep 1; done
	a ping -c 5 -i 0.3 172.31.9.1 >/dev/null 2>&1
	recorded
}

# iodine-txt: iodine iodined
capture_iodine-txt() { iodine_type txt; }

# iodine-cname: iodine iodined
capture_iodine-cname() { iodine_type cname; }

# iodine-mx: iodine iodined
capture_iodine-mx() { iodine_type mx; }

# every INTERVAL JITTER SEED URL: curl again and again, for as long as the capture lasts
every() {
	local n=0
	while :; do
		n=$((n + 1))
		a curl -sk -m 5 --resolve "*:443:198.51.100.2" "$4" >/dev/null
		sleep "$(awk -v s="$3$n" -v i="$1" -v j="$2" 'BEGIN { srand(s); rand(); print i * (1 - j * rand()) }')"
	done
}

# chance MEAN SEED URL: the same at random times
chance() {
	local n=0
	while :; do
		n=$((n + 1))
		a curl -sk -m 5 --resolve "*:443:198.51.100.2" "$3" >/dev/null
		sleep "$(awk -v s="$2$n" -v m="$1" 'BEGIN { srand(s); rand(); print -log(1 - rand()) * m }')"
	done
}

# beacons: curl nginx openssl
capture_beacons() {
	web
	record beacons.pcap tcp port 443
	local n
	every 10 0 1 https://clock.example.net/ & started+=($!)
	every 12 0.1 2 https://tenth.example.net/ & started+=($!)
	every 12 0.3 3 https://third.example.net/ & started+=($!)
	every 12 0.5 4 https://half.example.net/ & started+=($!)
	every 12 0.9 5 https://most.example.net/ & started+=($!)
	for n in 1 2 3 4 5 6 7 8; do chance $((4 + 2 * n)) "7$n" "https://people$n.example.net/" & started+=($!); done
	sleep 360
	recorded
}

# ssh-work: sshd git
capture_ssh-work() {
	sshd_on 22
	git init -q --bare "$work/x.git"
	record ssh-work.pcap
	local n
	for n in $(seq 40); do ssh_to 198.51.100.2 22 "true $n"; done
	for n in $(seq 10); do
		GIT_SSH_COMMAND="ssh -F /dev/null -i $work/id -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR" a git ls-remote "root@198.51.100.2:$work/x.git" >/dev/null
	done
	for n in 1 2; do a sshpass -p wrong ssh -F /dev/null -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o PubkeyAuthentication=no root@198.51.100.2 true </dev/null >/dev/null 2>&1; done
	recorded
}

# quiet-long: curl nginx openssl sshd dig dnsmasq
capture_quiet-long() {
	names
	web
	sshd_on 22
	record quiet-long.pcap
	local n
	for n in 1 2 3 4 5; do chance $((10 * n)) "3$n" "https://site$n.example.net/page" & started+=($!); done
	for n in $(seq 60); do
		a dig +short "www$((n % 7)).example.net" >/dev/null
		b dig +short "cdn-$n.assets.example.org" >/dev/null
		[ $((n % 9)) = 0 ] && a dig +short "mistyped$n.exmaple.com" >/dev/null
		[ $((n % 5)) = 0 ] && for _ in 1 2 3 4; do b curl -s http://198.51.100.2/page >/dev/null & done
		[ $((n % 8)) = 0 ] && ssh_to 198.51.100.2 22 "head -c 20000 /dev/zero" >/dev/null
		[ $((n % 11)) = 0 ] && a curl -s --connect-timeout 1 "http://10.20.1.$n/" >/dev/null
		[ $((n % 13)) = 0 ] && head -c 300000 /dev/zero | a curl -s -m 5 -T - http://198.51.100.2/upload >/dev/null
		[ $((n % 6)) = 0 ] && b ping -c 2 -i 0.3 198.51.100.2 >/dev/null
		sleep "$(awk -v s="$n" 'BEGIN { srand(s); rand(); print -log(1 - rand()) * 5 }')"
	done
	recorded
}
