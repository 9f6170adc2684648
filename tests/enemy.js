// enemy.js DIR EMULATOR-URL: a TLS server before the emulator that does to its
// replies what no emulator should be able to do. The name it is called by says
// what: WHAT--PLACE.enemy.test spoils replies to requests whose path holds
// PLACE; any other name passes them on. DIR holds ca.pem of the emulator and
// certs/NAME.pem with certs/NAME.key: the one of the first label is shown, or
// certs/good. Prints its port, and writes a line for each request to
// DIR/requests.
'use strict';
const fs = require('fs');
const https = require('https');
const tls = require('tls');
const zlib = require('zlib');

const [dir, emulator] = process.argv.slice(2);
const agent = new https.Agent({ keepAlive: true });
const ca = fs.readFileSync(`${dir}/ca.pem`);
const mallory = '65a1b2c3d4e5f60718290a06';
const MiB = 1024 * 1024;
let kept = Buffer.from('{}'); // the last reply that nothing was done to

function head(lines, status) {
	return [`HTTP/1.1 ${status || '200 OK'}`,
		'Content-Type: application/json', ...lines].join('\r\n') + '\r\n';
}

function whole(body, lines, status) {
	return Buffer.concat([Buffer.from(head(
		[...lines || [], `Content-Length: ${body.length}`, ''], status)),
		Buffer.from(body)]);
}

// The reply with its text changed; in latin1, where a byte is a character.
function edited(edit) {
	return (x) => x.socket.write(
		whole(Buffer.from(edit(x.text, x), 'latin1')));
}

// One more first member of `data`, or of the reply.
const inData = (member) =>
	edited((t) => t.replace('"data":{', `"data":{${member},`));
const inReply = (member) => edited((t) => `{${member},${t.slice(1)}`);
const code = (value) =>
	edited((t) => t.replace(/"(code|statusCode)":200/g, `"$1":${value}`));
const id = (change) => edited((t) => t.replace(/"(id|userId)":"(\w+)"/g,
	(all, name, value) => `"${name}":"${change(value)}"`));
const lines = (more) => (x) => x.socket.write(whole(x.body, more));
const raw = (text) => (x) => x.socket.write(text, 'latin1');
const last = (text) => (x) => x.socket.end(text, 'latin1');

// `next` again and again, as fast as it is read, or every `ms`.
function endless(start, next, ms) {
	return (x) => {
		const go = () => {
			while (!x.socket.destroyed && x.socket.write(next))
				if (ms)
					return setTimeout(go, ms);
			return x.socket.once('drain', go);
		};
		x.socket.write(start);
		go();
	};
}

function byteBySecond(bytes, socket) {
	let i = 0;
	const timer = setInterval(() => {
		if (socket.destroyed || i === bytes.length)
			clearInterval(timer);
		else
			socket.write(bytes.subarray(i, ++i));
	}, 1000);
}

// The yes that a code would have had, of the person asked about.
const yes = (x) => whole(Buffer.from(JSON.stringify({ code: 200,
	statusCode: 200, message: 'Success',
	data: { id: x.person, token: 'x' } })));

const spoils = {
	// whose it is
	person: id(() => mallory),
	id_longer: id((v) => v + '0'),
	id_shorter: id((v) => v.slice(0, -1)),
	id_upper: id((v) => v.toUpperCase()),
	id_space: id((v) => v + ' '),
	id_nul: id((v) => v + '\\u0000'),
	id_raw_nul: id((v) => v + '\0'),
	replayed: (x) => x.socket.write(whole(kept)),
	reordered: (x) => x.socket.write(whole(x.before)),
	// members
	doubled_id: inData(`"id":"${mallory}","userId":"${mallory}"`),
	doubled_escaped: inData('"\\u0069d":"x","\\u0075serId":"x"'),
	doubled_data: inReply('"data":{}'),
	doubled_code: inReply('"code":200,"statusCode":200'),
	many_members: edited((t) => `{${Array.from({ length: 4000 },
		(v, i) => `"m${i}":1`).join(',')},${t.slice(1)}`),
	data_null: edited(() => '{"code":200,"statusCode":200,"data":null}'),
	data_array: edited((t) => t.replace(/"data":(\{.*\})(?=,"requestId)/,
		'"data":[$1]')),
	code_wraps: code('4294967496'),
	code_wraps_64: code('18446744073709551816'),
	code_huge: code('1e999'),
	code_fraction: code('200.5'),
	code_text: code('"200"'),
	code_octal: code('0200'),
	code_true: code('true'),
	code_zero: code('0'),
	number_long: inReply(`"n":${'9'.repeat(60000)}.`),
	// text
	nul: edited((t) => t.replace('Success', 'Succ\0ss')),
	nul_escaped: edited((t) => t.replace('Success', 'Succ\\u0000ss')),
	nul_behind: edited((t) => t + '\0'),
	escape_none: edited((t) => t.replace('Success', '\\uZZZZ')),
	escape_short: edited((t) => t.replace('Success', '\\u12')),
	escape_half: edited((t) => t.replace('Success', '\\ud800')),
	escape_odd: edited((t) => t.replace('Success', '\\x41')),
	utf8_bad: edited((t) => t.replace('Success', '\xc0\x80')),
	utf16: (x) => x.socket.write(whole(Buffer.from(x.text, 'utf16le'))),
	mark: edited((t) => '\xef\xbb\xbf' + t),
	comment: edited((t) => '/* */' + t),
	deep: inReply(`"d":${'['.repeat(30000)}${']'.repeat(30000)}`),
	deep_open: edited(() => '['.repeat(60000)),
	empty: edited(() => ''),
	only_true: edited(() => 'true'),
	only_list: edited((t) => `[${t}]`),
	twice: edited((t) => t + t),
	gzip: (x) => x.socket.write(whole(zlib.gzipSync(x.body),
		['Content-Encoding: gzip'])),
	// size
	mib_10: (x) => x.socket.write(whole(Buffer.concat([
		Buffer.from('{"padding":"'), Buffer.alloc(10 * MiB, 'x'),
		Buffer.from('",'), x.body.subarray(1)]))),
	mib_10_chunked: (x) => x.socket.write(Buffer.concat([Buffer.from(
		head(['Transfer-Encoding: chunked', '', 'a00000']), 'latin1'),
		Buffer.alloc(10 * MiB, ' '),
		Buffer.from('\r\n0\r\n\r\n')])),
	endless_body: endless(head(['', '']), ' '.repeat(4096)),
	endless_headers: endless(head([]), `X: ${'x'.repeat(60)}\r\n`.repeat(64)),
	endless_line: endless(head([]) + 'X: ', 'x'.repeat(4096)),
	endless_100: endless('', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(64)),
	endless_103: endless('', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(64)),
	// pace
	slow_body: (x) => {
		x.socket.write(head([`Content-Length: ${x.body.length}`]) +
			'\r\n');
		byteBySecond(x.body, x.socket);
	},
	slow_head: (x) => byteBySecond(whole(x.body), x.socket),
	slow_headers: endless(head([]), 'X: x\r\n', 200),
	slow_100: endless('', 'HTTP/1.1 100 Continue\r\n\r\n', 200),
	silent: () => {},
	// HTTP
	status_204: last('HTTP/1.1 204 No Content\r\n\r\n'),
	status_304: last('HTTP/1.1 304 Not Modified\r\n\r\n'),
	status_101: (x) => x.socket.end(
		whole(x.body, ['Upgrade: x'], '101 Switching Protocols')),
	status_206: (x) => x.socket.write(whole(x.body, ['Content-Range: ' +
		`bytes 0-${x.body.length - 1}/999`], '300 Multiple Choices')),
	http_0: (x) => x.socket.end(x.body),
	http_2: last('\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64'),
	not_http: last('SSH-2.0-OpenSSH_9.2\r\n'),
	length_long: (x) => {
		x.socket.write(head([`Content-Length: ${x.body.length + 1}`]) +
			'\r\n' + x.text);
		setTimeout(() => x.socket.destroy(), 50);
	},
	length_short: (x) => x.socket.write(
		head([`Content-Length: ${x.body.length - 1}`]) + '\r\n' + x.text),
	length_negative: (x) => x.socket.end(
		head(['Content-Length: -1']) + '\r\n' + x.text),
	chunk_bad: raw(head(['Transfer-Encoding: chunked']) + '\r\nzz\r\n{}\r\n'),
	chunk_huge: raw(head(['Transfer-Encoding: chunked']) +
		'\r\nffffffffffffffffffff\r\n{}\r\n'),
	chunk_cut: (x) => x.socket.end(head(['Transfer-Encoding: chunked']) +
		`\r\n${x.body.length.toString(16)}\r\n${x.text}\r\n`),
	redirect_301: (x) => x.socket.write(whole(x.body,
		[`Location: ${x.next}`], '301 Moved Permanently')),
	redirect_302: (x) => x.socket.write(whole(x.body,
		[`Location: ${x.next}`], '302 Found')),
	redirect_307: (x) => x.socket.write(whole(x.body,
		[`Location: ${x.next}`], '307 Temporary Redirect')),
	// One reply more than was asked for: with the next, and by itself.
	reply_more: (x) => x.socket.write(
		Buffer.concat([whole(x.body), yes(x)])),
	reply_early: (x) => {
		x.socket.write(whole(x.body));
		setImmediate(() => x.socket.write(yes(x)));
	},
	// what must change nothing
	nothing: (x) => {
		kept = x.body;
		x.socket.write(whole(x.body));
	},
	chunked: (x) => x.socket.write(head(['Transfer-Encoding: chunked']) +
		`\r\n${x.body.length.toString(16)}\r\n${x.text}\r\n0\r\n\r\n`),
	space: edited((t) => ` \n${t}\r\n`),
};

function forward(request, done) {
	const up = https.request(emulator + request.target, { agent, ca,
		method: request.method, headers: request.headers }, (reply) => {
		const parts = [];
		reply.on('data', (part) => parts.push(part));
		reply.on('end', () => done(reply.statusCode,
			Buffer.concat(parts)));
	});
	up.on('error', () => done(502, Buffer.from('{}')));
	up.end(request.body);
}

// One request off the front of `bytes`, or null.
function read(bytes) {
	const end = bytes.indexOf('\r\n\r\n');
	if (end < 0)
		return null;
	const [first, ...rest] = bytes.toString('latin1', 0, end).split('\r\n');
	const [method, target] = first.split(' ');
	const headers = {};
	for (const line of rest) {
		const colon = line.indexOf(':');
		headers[line.slice(0, colon).toLowerCase()] =
			line.slice(colon + 1).trim();
	}
	const length = Number(headers['content-length'] || 0);
	if (bytes.length < end + 4 + length)
		return null;
	return { method, target, headers, whole: end + 4 + length,
		body: bytes.subarray(end + 4, end + 4 + length) };
}

function answer(socket, state, request) {
	const host = request.headers.host;
	const [what, place] = host.split('.')[0].split('--');
	fs.appendFileSync(`${dir}/requests`,
		`${host.split(':')[0]} ${request.method} ${request.target}\n`);
	delete request.headers.host;
	forward(request, (status, body) => {
		const text = body.toString('latin1');
		const spoilt = place && request.target.includes(place);
		state.person = (/"userId":"(\w+)"/.exec(text) || [0, ''])[1] ||
			state.person;
		if (spoilt)
			spoils[what.replace(/-/g, '_')]({ socket, body, text,
				before: state.before, person: state.person,
				next: `https://${host}${request.target}` });
		else
			socket.write(whole(body, [], `${status} Passed on`));
		state.before = body;
	});
}

function context(name) {
	const file = `${dir}/certs/${name}`;
	const at = fs.existsSync(`${file}.pem`) ? file : `${dir}/certs/good`;
	return tls.createSecureContext({ cert: fs.readFileSync(`${at}.pem`),
		key: fs.readFileSync(`${at}.key`), ciphers: 'DEFAULT@SECLEVEL=0' });
}

const server = tls.createServer({
	cert: fs.readFileSync(`${dir}/certs/address.pem`),
	key: fs.readFileSync(`${dir}/certs/address.key`),
	SNICallback: (name, done) => done(null, context(name.split('.')[0])),
}, (socket) => {
	const state = { before: Buffer.from('{}'), person: '' };
	let bytes = Buffer.alloc(0);
	socket.on('error', () => {});
	socket.on('data', (part) => {
		bytes = Buffer.concat([bytes, part]);
		const request = read(bytes);
		if (request) {
			bytes = bytes.subarray(request.whole);
			answer(socket, state, request);
		}
	});
});
server.on('tlsClientError', () => {});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
