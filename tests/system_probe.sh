#!/bin/bash
# Runs inside a booted Debian tree (test_system.py): installs the package, runs
# it as an admin would, breaks it, upgrades it, removes it.  Each check is one
# line of /out/results: "ok NAME" or "FAILED NAME".
set -u
exec >/out/log 2>&1
export LC_ALL=C.UTF-8
unit=/etc/systemd/system

# check NAME COMMAND...: the command's success is the result.
check_it() {
	local name=$1
	shift
	if "$@"; then
		echo "ok $name" | tee -a /out/results
	else
		echo "FAILED $name" | tee -a /out/results
	fi
}
check() { check_it "$@"; }
# A check of the units: what they went through, if it fails.
check_units() {
	check_it "$@"
	if tail -n 1 /out/results | grep -q ^FAILED; then
		systemctl --no-pager status 'hotline*' 'listener*'
		journalctl --boot --no-pager -o short-monotonic -n 200
	fi
}
# within SECONDS COMMAND...: it comes true in time.
within() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}
not() { ! "$@"; }
is_failed() { systemctl --quiet is-failed "$@"; }
is_active() { systemctl --quiet is-active "$@"; }
logs() { journalctl --boot "$1" "$2" --no-pager | grep -q "$3"; }
shows() { systemctl status hotlined | grep -q "$1"; }
status() { hotlinectl status | grep -q "$1"; }
answers() { test "$(status_of http://127.0.0.1:8111/healthz)" = 200; }
alerts_are() { test "$(grep -rl "To: .*900000001" /var/spool/sms/outgoing | wc -l)" -ge "$1"; }
main_pid() { systemctl show -P MainPID hotlined; }
field() { sed -n "s/.*\"$1\": *\"\{0,1\}\([^\",}]*\).*/\1/p" | head -n 1; }
status_of() { curl --silent --max-time 20 --output /dev/null --write-out '%{http_code}' "$@"; }

refer() {
	curl --silent --max-time 20 -o /out/answer -w '%{http_code}' http://127.0.0.1:8111/v1/referrals \
		-H "Authorization: Bearer $key" -H "Idempotency-Key: \"$1\"" \
		-H 'Content-Type: application/json' -d "{\"kind\": \"abused\",
		\"source\": {\"channel\": \"in_person\", \"received_at\": \"$received\"},
		\"narrative\": \"Nội dung thử nghiệm.\"}"
}

received=$(date -u +%FT%TZ)

# The commands of a chapter of README.md, or of its nth block, run as it stands
# there.
chapter() {
	awk -v name="$1" -v only="${2-}" '/^##/ { on = $0 ~ "^##+ " name "$" }
		/^```/ { code = on && $0 == "```sh"; n += code
			code = code && (only == "" || n == only); next }
		code' /opt/README.md
}
try() { (cd /root/admin && bash -eu -o pipefail -c "$(chapter "$@")"); }
# look CHAPTER: its first block on a machine with the trouble, where commands
# may fail; what they tell is kept for saw WORDS.
look() {
	(cd /root/admin && bash -u -c "$(chapter "$1" 1)") >/out/looked 2>&1
	cat /out/looked
}
saw() { grep -q "$1" /out/looked; }
# package FILE: the one that lies there when the admin installs.
lay() {
	rm -f /root/admin/*.deb
	cp "$1" "/root/admin/hotlined_$(dpkg-deb -f "$1" Version)_amd64.deb"
}
mkdir -p /root/admin "$unit/hotline-again@.service.d"
{
	echo '[Service]'
	echo ExecStart=
	dpkg-deb --fsys-tarfile /opt/new.deb |
		tar -xO './usr/lib/systemd/system/hotline-again@.service' |
		grep ^ExecStart= | sed 's/sleep 30/sleep 2/'
} >"$unit/hotline-again@.service.d/test.conf"
mkdir -p "$unit/hotline-failure@.service.d"
printf '[Service]\nRestartSec=1\n' >"$unit/hotline-failure@.service.d/test.conf"

# ---- A first installation starts nothing ----
lay /opt/new.deb
check installs dpkg -i /opt/new.deb
check makes_users getent passwd hotlined hotline-courier
check makes_the_key test "$(stat -c '%a %U' /etc/hotlined/master.key)" = "600 root"
check starts_nothing_by_itself not is_active hotlined.service

# ---- As README says ----
# A small disk for the data; the admin knows nothing of it.
mkdir -p /var/lib/hotlined
mount -t tmpfs -o size=96m small /var/lib/hotlined
check readme_installs try "Install in five minutes"
check is_ready is_active hotlined.service hotline-courier.service \
	hotlined-api.socket hotlined-control.socket hotlined-courier.socket
check timers_are_set is_active hotline-backup.timer hotline-integrity.timer
changed() { dpkg -V hotlined | grep "^..5.* c "; }
check one_file_was_edited test "$(changed)" = "??5?????? c /etc/hotlined/hotlined.conf"
check courier_is_up within 60 logs -u hotlined "courier is up"
check answers answers
check status_tells within 60 shows "open cases 0, next due never"
check failure_without_a_name_is_one not systemctl start hotline-failure@hotlined
check failure_without_a_name_says_so within 60 logs -u hotline-failure@hotlined.service "no URL"
mv /etc/hotlined/failure.curl /root/
systemctl start hotline-failure@nothing
check failure_without_a_file_is_in_the_journal within 60 logs -t hotline-failure "nothing has failed"
mv /root/failure.curl /etc/hotlined/
echo 'url = "file:///dev/null"' >/etc/hotlined/failure.curl
# Before there is anybody: the daemon says whom it misses.
try "A first referral by curl" | tee /out/curl
check readme_referral_by_curl grep -q "^HTTP/1.1 201" /out/curl
check receipt_tells_what_readme_says eval 'for w in id incident_code cases received_at digest links; do
	grep -q "\"$w\"" /out/curl || false; done'
check readme_first_hour try "The first hour"
check first_alert_arrives within 60 grep -rq "To: .*900000001" /var/spool/sms/outgoing
check modem_reads_it runuser -u smsd -- sh -c 'cat /var/spool/sms/outgoing/* && rm /var/spool/sms/outgoing/*'
code=$(sed -n 's/.*OK \([A-Z0-9]*\).*/\1/p' /out/log | tail -n 1)
runuser -u smsd -- sh -c "printf 'From: 84900000001\n\nOK $code\n' >/var/spool/sms/incoming/GSM1.a"
acknowledged() { hotlinectl alert list --all | grep -q "acked *code"; }
check reply_by_sms_counts within 60 acknowledged
check reply_is_taken_away within 60 test ! -e /var/spool/sms/incoming/GSM1.a
hotlinectl alert list --all

# A token of a provider: root's file, the courier's credential.
echo thu-nghiem >/etc/hotlined/secrets/ntfy.secret
chmod 600 /etc/hotlined/secrets/ntfy.secret
sed -i '/spool\/sms\/incoming/s/}$/},/; $d' /etc/hotlined/channels.conf
cat >>/etc/hotlined/channels.conf <<'X'
  { name = "ntfy"; kind = "http"; url = "https://ntfy.example.test/";
    headers = ( "Authorization: Bearer {secret}" );
    secret_file = "secrets/ntfy.secret"; body = "{\"t\":\"{to}\",\"m\":\"{text}\"}"; } );
X
check token_is_a_credential systemctl restart hotline-courier
# A goodbye waits its turn behind the modem; one of them, below, is enough.
cat >>/etc/hotlined/hotlined.conf <<'X'
reserve_mib = 8;
courier_alarm = "2s";
tell_stop = false;
X

# ---- Walls ----
check control_is_not_the_couriers not runuser -u hotline-courier -- hotlinectl status
check courier_has_no_state test ! -e /var/lib/hotline-courier
check key_is_not_the_couriers not runuser -u hotline-courier -- cat /etc/hotlined/master.key
check data_is_private test "$(stat -c '%a %U' /var/lib/hotlined /var/lib/hotlined/hotlined.db | tr '\n' ' ')" = "700 hotlined 600 hotlined "
check runs_as_itself test "$(stat -c %U "/proc/$(main_pid)/task")" = hotlined

# ---- The main job ----
key=$(hotlinectl key add truong1 --json | field key)
check referral_is_taken test "$(refer one)" = 201
check alert_arrives within 60 alerts_are 1
check status_counts within 60 shows "open cases 3, next due 20"

# ---- The night guard ----
holds() { systemd-inhibit --list --no-legend | grep -q "hotlined.*shutdown.*block"; }
check night_guard_holds within 60 holds

# ---- A way in, and none out: a relay with an address of its own ----
relay=10.77.0.2
ip netns add relay
ip link add ward type veth peer name relay netns relay
ip address add 10.77.0.1/24 dev ward
ip link set ward up
ip -n relay address add $relay/24 dev relay
ip -n relay link set relay up
ip -n relay link set lo up
echo "$relay relay.example.gov.vn" >>/etc/hosts
useradd --create-home --password '*' ward
mkdir -p /run/sshd /home/ward/.ssh
ip netns exec relay /usr/sbin/sshd -o UsePAM=no
check readme_way_in try "The machine, and a way in"
hotlinectl secret print /etc/hotlined/master.key --no-qr >/root/paper
sed -n "s|^\(restrict,.*\) ssh-ed25519 AAAA.*|\1 $(cat /etc/hotlined/tunnel.key.pub)|p" \
	/opt/README.md >/home/ward/.ssh/authorized_keys
chown -R ward: /home/ward/.ssh
chmod -R go= /home/ward/.ssh
comes_in() { ip netns exec relay curl --silent --fail --max-time 3 http://127.0.0.1:8111/healthz; }
check way_in_opens within 60 comes_in
ip netns exec relay pkill -f "sshd: ward"
check way_in_opens_again within 60 comes_in
check way_in_stops systemctl disable --now hotline-tunnel
check way_in_is_not_failed not is_failed hotline-tunnel
# Out of a unit's control group to a relay that does listen.
goes_out() {
	timeout 3 bash -c "echo \$\$ >/sys/fs/cgroup$(systemctl show -P ControlGroup "$1")/cgroup.procs &&
		exec 3<>/dev/tcp/$relay/22"
}
has_walls() {
	test -e /sys/fs/cgroup/cgroup.controllers &&
		! journalctl -b _PID=1 | grep -q "does not support BPF/cgroup"
}
has_walls || check() { echo "skipped $1" | tee -a /out/results; }
check courier_has_a_route_out goes_out hotline-courier
check core_has_no_route_out not goes_out hotlined
check() { check_it "$@"; }

# ---- Reload ----
sed -i 's/phường Thử Nghiệm/phường Khác/' /etc/hotlined/hotlined.conf
check reloads systemctl reload hotlined
check reload_is_seen status "phường Khác"
cp /etc/hotlined/hotlined.conf /tmp/good.conf
echo 'prot = 1;' >>/etc/hotlined/hotlined.conf
check bad_reload_is_refused not systemctl reload hotlined
check bad_reload_changes_nothing is_active hotlined.service
cp /tmp/good.conf /etc/hotlined/hotlined.conf

# ---- Restarts under load ----
load() {
	while [ -e /tmp/load ]; do
		curl --silent --output /dev/null --max-time 20 \
			http://127.0.0.1:8111/healthz
		echo $? >>"/tmp/codes.$1"
	done
}
touch /tmp/load
for i in 1 2 3 4; do load $i & done
sleep 0.5
systemctl restart hotlined
systemctl restart hotlined
sleep 0.5
rm /tmp/load
wait
echo "load: $(cat /tmp/codes.* | sort | uniq -c | tr '\n' ' ')"
check restart_refuses_nobody test "$(cat /tmp/codes.* | sort -u)" = 0
check load_was_a_load test "$(cat /tmp/codes.* | wc -l)" -gt 10

# ---- Drain, and a last word to duty ----
sed -i 's/^tell_stop.*/tell_stop = true;/' /etc/hotlined/hotlined.conf
systemctl reload hotlined
told_goodbye() { grep -rlq "đang được tắt" /var/spool/sms/outgoing; }
rm -f /var/spool/sms/outgoing/*
exec 3<>/dev/tcp/127.0.0.1/8111
printf 'POST /v1/referrals HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n{' >&3
sleep 0.2
systemctl stop 'hotline*.socket' 'hotline*'
exec 3>&-
# When the journal has the daemon's last two words, in microseconds.
at() { journalctl -o short-unix -u hotlined | grep "$1" | tail -n 1 | sed 's/ .*//; s/\.//'; }
took=$((($(at ": stopped$") - $(at ": stopping ")) / 1000))
echo "drain: $took ms"
check drains_in_time test $took -gt 0 -a $took -le 5000
check duty_is_told_what_falls_due told_goodbye
sed -i 's/^tell_stop.*/tell_stop = false;/' /etc/hotlined/hotlined.conf
check stop_was_clean test "$(systemctl show -P Result hotlined)" = success
check stopped_is_stopped not is_active hotlined.service hotlined-api.socket
# A stop that comes while it starts is a stop: nothing failed, nobody is told.
stop_early() {
	systemctl start --no-block hotlined hotline-courier
	sleep "$1"
	systemctl stop 'hotline*.socket' 'hotline*'
	! is_failed hotlined hotline-courier && ! is_active hotlined
}
told() { journalctl --boot -t hotline-failure | grep -c "has failed"; }
early_stops() {
	local n before
	before=$(told)
	for n in 0 0.01 0.02 0.04 0.08; do stop_early $n || return 1; done
	sleep 0.5
	test "$(told)" = "$before"
}
check stop_during_the_start_is_no_failure early_stops
systemctl reset-failed
check starts_again systemctl start hotlined

# ---- A dead courier and a full disk are no reason for a restart ----
pid=$(main_pid)
systemctl kill --signal=KILL hotline-courier
check courier_comes_back within 60 is_active hotline-courier.service
check core_does_not_mind test "$(main_pid)" = "$pid"
# Nor if it hangs: its own watchdog finds out.
mkdir -p $unit/hotline-courier.service.d
printf '[Service]\nWatchdogSec=2\n' >$unit/hotline-courier.service.d/test.conf
systemctl daemon-reload
systemctl restart hotline-courier
courier_pid() { systemctl show -P MainPID hotline-courier; }
hung=$(courier_pid)
kill -STOP "$hung"
courier_is_new() { test "$(courier_pid)" != "$hung" && is_active hotline-courier.service; }
check hung_courier_is_restarted within 60 courier_is_new
check hung_courier_is_no_restart test "$(main_pid)" = "$pid"
rm -r $unit/hotline-courier.service.d
systemctl daemon-reload

# ---- Hang, watchdog, restart, and in the end people are told ----
mkdir -p $unit/hotlined.service.d
printf '[Unit]\nStartLimitBurst=2\n[Service]\nWatchdogSec=3\nRestartSec=100ms\n' \
	>$unit/hotlined.service.d/test.conf
cat >$unit/listener.socket <<'X'
[Socket]
ListenStream=127.0.0.1:9999
Accept=yes
X
cat >$unit/listener@.service <<'X'
[Service]
StandardInput=socket
ExecStart=/bin/bash -c 'printf "HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n"; while read -t 20 -r line; do echo "$line"; done >>/out/told; printf %%s "$line" >>/out/told'
X
printf 'url = "http://127.0.0.1:9999/"\ndata = "hotlined da dung"\n' >/etc/hotlined/failure.curl
systemctl daemon-reload
systemctl reset-failed hotlined
systemctl restart hotlined
restarted() { test "$(main_pid)" != "$pid" && is_active hotlined.service; }
# Never the process group of who asks, which is what pid 0 means.
hangs() {
	pid=$(main_pid)
	test "$pid" -gt 1 && kill -STOP "$pid"
}
check it_hangs hangs
before=$(date +%s%N)
check_units hang_is_restarted within 60 restarted
echo "hang: $((($(date +%s%N) - before) / 1000000)) ms"
check watchdog_did_it logs -u hotlined "Watchdog timeout"
check it_hangs_again hangs
check_units limit_is_reached within 60 logs -u hotlined "Start request repeated too quickly"
check_units nobody_listens_yet within 60 logs -u hotline-failure@hotlined.service.service "Failed to connect"
systemctl start listener.socket
check_units people_are_told within 60 grep -q "hotlined da dung" /out/told
check journal_is_told within 60 logs -t hotline-failure "hotlined.service has failed"
check_units another_chance within 60 is_active hotlined.service
check sockets_are_back within 60 answers
# Who stops it while people are told has stopped it.
check it_hangs_once_more hangs
within 60 not is_active hotlined.service
check_units once_more_is_restarted within 60 restarted
check it_hangs_for_good hangs
check_units hang_is_failure within 60 is_failed hotlined.service
check readme_stops_for_good try "the daemon does not start" 3
hotlinectl status
sleep 4
check a_stop_is_respected not is_active hotlined.service
check readme_starts_again try "the daemon does not start" 4
rm -r $unit/hotlined.service.d
systemctl daemon-reload
systemctl reset-failed hotlined

# ---- An encrypted key ----
mkdir -p $unit/hotlined.service.d
check key_is_encrypted systemd-creds encrypt --with-key=host --name=master.key \
	/etc/hotlined/master.key /etc/hotlined/master.key.cred
printf '[Service]\nLoadCredential=\nLoadCredentialEncrypted=master.key:/etc/hotlined/master.key.cred\n' \
	>$unit/hotlined.service.d/key.conf
mv /etc/hotlined/master.key /root/safe.key
systemctl daemon-reload
check encrypted_key_opens systemctl restart hotlined
check encrypted_key_is_used test "$(refer one)" = 201
rm -r $unit/hotlined.service.d
mv /root/safe.key /etc/hotlined/master.key
systemctl daemon-reload

# ---- An encrypted token ----
mkdir -p $unit/hotline-courier.service.d
check token_is_encrypted systemd-creds encrypt --with-key=host --name=secrets_ntfy.secret \
	/etc/hotlined/secrets/ntfy.secret /etc/hotlined/ntfy.cred
printf '[Service]\nLoadCredentialEncrypted=secrets_ntfy.secret:/etc/hotlined/ntfy.cred\n' \
	>$unit/hotline-courier.service.d/token.conf
mv /etc/hotlined/secrets/ntfy.secret /root/
systemctl daemon-reload
check encrypted_token_opens systemctl restart hotline-courier
rm -r $unit/hotline-courier.service.d
mv /root/ntfy.secret /etc/hotlined/secrets/
systemctl daemon-reload
systemctl reset-failed

# ---- Backup drill, upgrade ----
systemctl restart hotlined
id=$(field id </out/answer)
check backup_without_key_is_skipped systemctl start hotline-backup
check backup_is_not_failed not is_failed hotline-backup
check backup_says_why logs -u hotline-backup "exec-condition"
check backup_none_was_made test -z "$(ls /var/backups/hotlined)"
check readme_backup_drill try "Backup drill"
check backup_is_private test "$(stat -c '%a %U' /var/backups/hotlined)" = "700 hotlined"
pid=$(main_pid)
# The admin's: hotlined.conf and channels.conf.  The new version's: hotlined.conf,
# the messages, and a table more in the database.
lay /opt/later.deb
cp -a /etc/hotlined /root/before
try Upgrade <<<"" | tee /out/upgrade
check readme_upgrade grep -q "^[0-9]* rows, chain whole" /out/upgrade
check upgrade_is_new test "$(dpkg-query -W -f '${Version}' hotlined)" = "$(dpkg-deb -f /opt/later.deb Version)"
check upgrade_restarts within 60 restarted
check upgrade_asks_once test "$(grep -o '^[*]* [a-z.]* (Y/I/N/O/D/Z)' /out/upgrade)" = "*** hotlined.conf (Y/I/N/O/D/Z)"
check upgrade_keeps_what_was_edited eval 'for f in hotlined channels; do
	cmp /root/before/$f.conf /etc/hotlined/$f.conf || false; done'
check upgrade_lays_the_new_beside grep -q "^# later" /etc/hotlined/hotlined.conf.dpkg-dist
check upgrade_takes_what_was_not grep -q "^# later" /etc/hotlined/messages/vi.conf
check upgrade_migrates logs -u hotlined "migration done migration=later"
check upgrade_migrates_no_more test "$(journalctl -b -u hotlined | grep -c "migration done")" = "$(($(grep -c "^MIGRATION" /opt/migrations.def) + 1))"
check upgrade_keeps_settings status "phường Khác"
check upgrade_keeps_data test "$(status_of -H "Authorization: Bearer $key" "http://127.0.0.1:8111/v1/referrals/$id")" = 200
check replay_after_upgrade test "$(refer one)" = 201
check replay_is_the_same test "$(field id </out/answer)" = "$id"

# ---- What to do when: on a machine that has the trouble ----
answered() { test "$(refer "$1")" = "$2"; }
rm -f /var/spool/sms/outgoing/*
cat /dev/zero >/var/lib/hotlined/filler
check intake_is_refused_without_room within 60 answered full 503
look "the disk is full"
check readme_disk_full saw "disk: *reserve"
check the_small_disk_is_shown saw "/var/lib/hotlined$"
rm /var/lib/hotlined/filler
check room_heals_it within 60 answered full 201

# Its clock alone: a container must not touch the machine's.
mkdir -p $unit/hotlined.service.d
printf '[Service]\nEnvironment=LD_PRELOAD=/opt/wall.so WALL=/var/lib/hotlined/wall\n' \
	>$unit/hotlined.service.d/wall.conf
# Nanoseconds to add, an instant to stand still at, a number of the step.
step_wall() {
	local n
	for n in "$1" 0 "$2"; do
		printf '%016x' "$n" | sed 's/../& /g' | tr ' ' '\n' | tac |
			sed '/./s/^/\\x/' | tr -d '\n'
	done | xargs -0 printf '%b' | dd of=/var/lib/hotlined/wall conv=notrunc status=none
}
truncate -s 4096 /var/lib/hotlined/wall
chown hotlined: /var/lib/hotlined/wall
systemctl daemon-reload
systemctl restart hotlined
pid=$(main_pid)
step_wall $((-3600 * 1000000000)) 1
check clock_jump_is_told within 60 logs -u hotlined "wall clock jumped"
look "the clock is wrong"
check readme_clock_wrong saw "^now: $(TZ=ICT-7 date -d '1 hour ago' +%FT%H:)"
check clock_jump_reaches_people within 60 grep -rlq "đồng hồ" /var/spool/sms/outgoing
# A sender whose clock is as wrong; a key of before is not valid yet.
then=$(date -u -d '1 hour ago' +%FT%TZ)
other=$(hotlinectl key add truong2 --json | field key)
check intake_goes_on_meanwhile eval 'key=$other received=$then answered clock 201'
check clock_jump_is_no_restart test "$(main_pid)" = "$pid"
step_wall 0 2
rm -r $unit/hotlined.service.d /var/lib/hotlined/wall
systemctl daemon-reload
systemctl restart hotlined

# A mistake in the channels, and the next start finds it.
cp /etc/hotlined/channels.conf /root/channels.conf
echo 'chanels = 1;' >>/etc/hotlined/channels.conf
not systemctl restart hotline-courier
rm -f /var/spool/sms/outgoing/*
pid=$(main_pid)
check intake_needs_no_courier answered courier 201
alarmed() { hotlinectl alert list | grep -q "alarm_courier"; }
check dead_courier_is_an_alarm within 60 alarmed
look "the courier is dead"
check readme_courier_dead saw "channels.conf:[0-9]*: .*chanels"
check telephone_list_is_there saw alarm_courier
cp /root/channels.conf /etc/hotlined/channels.conf
check readme_courier_back try "the courier is dead" 2
check what_waited_leaves within 60 alerts_are 1
check dead_courier_is_no_restart test "$(main_pid)" = "$pid"

# A mistake in the settings; the admin comes while systemd tries again and again.
cp /etc/hotlined/hotlined.conf /tmp/good.conf
echo 'prot = 1;' >>/etc/hotlined/hotlined.conf
not systemctl restart hotlined
look "the daemon does not start"
check readme_does_not_start saw "hotlined.conf:[0-9]*: .*prot"
cp /tmp/good.conf /etc/hotlined/hotlined.conf
check readme_starts try "the daemon does not start" 2
check it_answers_again within 60 answers

systemctl start hotline-backup
systemctl stop 'hotlined*'
dd if=/dev/urandom of=/var/lib/hotlined/hotlined.db bs=4096 count=4 conv=notrunc status=none
systemctl start --no-block hotlined
check damage_is_told within 60 logs -u hotlined "database refused"
# He comes between two of its tries, and something always asks for a start.
ask() { while [ -e /tmp/ask ]; do hotlinectl status; done >/dev/null 2>&1; }
touch /tmp/ask
ask &
check readme_file_damaged try "the file is damaged"
rm /tmp/ask
wait
check damage_is_kept test -s /root/damaged/hotlined.db
check nothing_was_lost test "$(status_of -H "Authorization: Bearer $key" "http://127.0.0.1:8111/v1/referrals/$id")" = 200

mv /etc/hotlined/master.key /root/lost.key
check no_start_without_the_key not systemctl restart hotlined
check readme_key_lost try "the key is lost" </root/paper
check key_is_the_same cmp /root/lost.key /etc/hotlined/master.key
check paper_opens_the_data test "$(refer one)" = 201
check all_is_well_at_the_end within 60 is_active hotlined.service hotline-courier.service

# ---- The timers catch up on what was missed while the machine was off ----
missed() {
	systemctl stop 'hotline*'
	rm -f /var/backups/hotlined/*
	for t in backup integrity; do
		mkdir -p $unit/hotline-$t.timer.d
		printf '[Timer]\nRandomizedDelaySec=0\n' >$unit/hotline-$t.timer.d/test.conf
		touch -d '8 days ago' /var/lib/systemd/timers/stamp-hotline-$t.timer
	done
	systemctl daemon-reload
	systemctl start hotlined
}
made() { test -n "$(ls /var/backups/hotlined)"; }
missed
check missed_backup_is_made within 60 made
check missed_integrity_check_is_made within 60 logs -u hotline-integrity "Finished"
rm -r $unit/hotline-{backup,integrity}.timer.d
systemctl daemon-reload

# ---- The journal ----
has_field() { journalctl --boot -u hotlined -o json --no-pager | grep -qE "\"$1\" *: *\"$2\""; }
check journal_has_message_ids has_field MESSAGE_ID "[0-9a-f]{32}"
check journal_has_alerts has_field HOTLINE_ALERT "[^\"]+"
# As an admin asks for the lines of one case, and for those of one kind.
asked() { journalctl --boot --no-pager -o cat -u hotlined "$1"; }
case=$(journalctl --boot -u hotlined -o json --no-pager |
	sed -n 's/.*"HOTLINE_CASE" *: *"\([^"]*\)".*/\1/p' | head -n 1)
check journal_has_cases test ${#case} = 36
check journal_is_asked_by_case eval 'asked "HOTLINE_CASE=$case" | grep -q " case=$case"'
check journal_tells_of_no_other_case not eval 'asked "HOTLINE_CASE=$case" | grep -v " case=$case"'
check journal_is_asked_by_kind test "$(asked MESSAGE_ID=4b1ace529ede44b6a924192e5335ef4c | sort -u)" = "courier is up"
names_nobody() {
	! journalctl --boot -u hotlined -u hotline-courier -o json --no-pager --all |
		grep -iE "00000001|Cán bộ|Nội dung thử|C\\\\u00e1n|OK [A-Z0-9]{6}"
}
check journal_names_nobody names_nobody

# ---- Remove and purge ----
check removes dpkg -r hotlined
check remove_stops not is_active hotlined.service hotlined-api.socket hotline-courier.service
check remove_closes not curl --silent http://127.0.0.1:8111/healthz
check remove_keeps_settings test -e /etc/hotlined/hotlined.conf
check purges dpkg -P hotlined
check purge_takes_settings test ! -e /etc/hotlined/hotlined.conf
check purge_keeps_cases test -s /var/lib/hotlined/hotlined.db
check purge_keeps_the_key test -s /etc/hotlined/master.key
rm -r "$unit/hotline-again@.service.d" "$unit/hotline-failure@.service.d"
check no_unit_is_left test -z "$(find /etc/systemd/system -name '*hotline*')"
check nothing_failed_but_on_purpose test -z "$(systemctl --failed --plain --no-legend | grep -v listener)"
echo "end" >>/out/results
journalctl -b --no-pager >/out/journal
