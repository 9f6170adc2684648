// Asks the emulator through the official SDK: what the SDK sends must be
// accepted, what it returns must be what was asked, and wrong secrets and
// codes must be refused. usage: oracle.js EMULATOR_JSON
"use strict";

const assert = require("assert");
const crypto = require("crypto");
const fs = require("fs");
const axios = require("axios");
const { AuthenticationClient, ManagementClient } = require("authing-node-sdk");
const signer = require("authing-node-sdk/dist/utils/buildSignature");

const emulator = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const keySecret = fs.readFileSync(emulator.accessKeySecretFile, "utf8");
const appSecret = fs.readFileSync(emulator.appSecretFile, "utf8");
const ids = {
  alice: "65a1b2c3d4e5f60718290a01",
  dave: "65a1b2c3d4e5f60718290a04",
  nobody: "65a1b2c3d4e5f607182900ff",
};
const alicePhone = "18800008888";

// The emulator's own side door: its clock, its outbox.
let ahead = 0;

async function control(method, path) {
  const reply = await fetch(emulator.controlUrl + path, { method });
  assert.strictEqual(reply.status, 200, `${method} ${path}`);
  return (await reply.text()).trim();
}

async function advance(seconds) {
  await control("POST", `/advance?seconds=${seconds}`);
  ahead += seconds;
}

function totp(secret, steps = 0) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret]
    .map((c) => alphabet.indexOf(c).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  const now = Math.floor(Date.now() / 1000) + ahead;
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30) + steps));
  const mac = crypto.createHmac("sha1", key).update(counter).digest();
  const at = mac[19] & 15;
  const number = mac.readUInt32BE(at) & 0x7fffffff;
  return String(number % 1000000).padStart(6, "0");
}

function wrong(code) {
  return (code[0] === "0" ? "1" : "0") + code.slice(1);
}

function payload(jwt) {
  return JSON.parse(Buffer.from(jwt.split(".")[1], "base64url"));
}

// The SDK's own check of the signature; it would fetch keys it does not need.
async function person(client, idToken) {
  const options = { serverJWKS: { keys: [] } };
  return (await client.parseIDToken(idToken, options)).sub;
}

function accepted(reply) {
  assert.strictEqual(reply.statusCode, 200, JSON.stringify(reply));
  assert.match(reply.requestId, /^[0-9a-f-]{36}$/);
  return reply.data;
}

function refused(reply, statusCode, apiCode) {
  assert.strictEqual(reply.statusCode, statusCode, JSON.stringify(reply));
  assert.strictEqual(reply.apiCode, apiCode, JSON.stringify(reply));
}

function management(secret = keySecret, id = emulator.accessKeyId) {
  return new ManagementClient({
    accessKeyId: id,
    accessKeySecret: secret,
    host: emulator.url,
  });
}

function application(options = {}) {
  return new AuthenticationClient({
    appId: emulator.appId,
    appSecret,
    appHost: emulator.url,
    ...options,
  });
}

async function signedIn(username) {
  const client = application();
  const reply = await client.signInByUsernamePassword({
    username,
    password: `${username}-password`,
  });
  client.setAccessToken(accepted(reply).access_token);
  return client;
}

async function factorTypes(client) {
  return accepted(await client.listEnrolledFactors()).map((f) => f.factorType);
}

// A request signed by the SDK's own signer, with its parts in our hands.
async function signedByHand(change) {
  const headers = { ...signer.DEFAULT_HEADERS(), "x-authing-lang": "en-US" };
  headers.date = new Date(Date.now() + ahead * 1000).toUTCString();
  change(headers);
  const params = { userId: "alice", userIdType: "username" };
  const url = "/api/v3/get-user";
  const text = signer.buildStringToSign("GET", url, headers, params);
  headers.authorization = signer.buildAuthorization(
    emulator.accessKeyId,
    keySecret,
    text
  );
  const send = async () =>
    (await axios.get(emulator.url + url, { params, headers })).data;
  return send;
}

const tests = {
  // management API, each call signed
  "get-user finds by username": async () => {
    const user = accepted(
      await management().getUser({ userId: "alice", userIdType: "username" })
    );
    assert.strictEqual(user.userId, ids.alice);
    assert.strictEqual(user.status, "Activated");
    assert.strictEqual(user.phone, alicePhone);
  },
  "get-user finds by id, with every flag": async () => {
    const user = accepted(
      await management().getUser({
        userId: ids.alice,
        withCustomData: true,
        withPost: true,
        withIdentities: true,
        withDepartmentIds: true,
      })
    );
    assert.strictEqual(user.username, "alice");
  },
  "get-user finds by e-mail": async () => {
    const user = accepted(
      await management().getUser({
        userId: "alice@example.com",
        userIdType: "email",
      })
    );
    assert.strictEqual(user.userId, ids.alice);
  },
  "get-user of nobody is refused": async () => {
    refused(await management().getUser({ userId: ids.nobody }), 404, 2004);
  },
  "get-user-batch takes an array": async () => {
    const users = accepted(
      await management().getUserBatch({ userIds: [ids.alice, ids.dave] })
    );
    assert.deepStrictEqual(
      users.map((u) => u.username),
      ["alice", "dave"]
    );
  },
  "list-users filters and counts": async () => {
    const found = accepted(
      await management().listUsers({
        advancedFilter: [
          { field: "status", operator: "EQUAL", value: "Suspended" },
        ],
        options: { pagination: { page: 1, limit: 10 } },
      })
    );
    assert.strictEqual(found.totalCount, 1);
    assert.strictEqual(found.list[0].username, "erin");
  },
  "is-user-exists says yes and no": async () => {
    const yes = await management().isUserExists({ username: "alice" });
    const no = await management().isUserExists({ username: "nobody" });
    assert.strictEqual(accepted(yes).exists, true);
    assert.strictEqual(accepted(no).exists, false);
  },
  "get-user-mfa-info shows what is bound": async () => {
    const info = accepted(
      await management().getUserMfaInfo({
        userId: "bob",
        userIdType: "username",
      })
    );
    assert.deepStrictEqual(info, {
      totpStatus: "disabled",
      faceMfaStatus: "disabled",
      smsMfaStatus: "enabled",
      emailMfaStatus: "disabled",
    });
  },
  "get-mfa-trigger-data names the person in its mfaToken": async () => {
    const data = accepted(
      await management().getMfaTriggerData({
        appId: emulator.appId,
        userId: "alice",
        userIdType: "username",
      })
    );
    const claims = payload(data.mfaToken);
    assert.strictEqual(claims.data.userId, ids.alice);
    assert.strictEqual(claims.data.userPoolId, emulator.userPoolId);
    assert.strictEqual(claims.exp - claims.iat, 360);
    assert.strictEqual(data.totpMfaEnabled, true);
    assert.strictEqual(data.mfaPhone, alicePhone);
    assert.deepStrictEqual(
      data.applicationMfa.map((m) => [m.mfaPolicy, m.status]),
      [["OTP", 1], ["SMS", 1], ["EMAIL", 1]]
    );
  },
  "get-mfa-trigger-data of another application is refused": async () => {
    const reply = await management().getMfaTriggerData({
      appId: "0000aaaaaaaaaaaaaaaaaaaa",
      userId: ids.alice,
    });
    refused(reply, 499, 2011);
  },
  "import-otp gives what get-otp-secret-by-user reads": async () => {
    const secret = "ORSXG5BAONSWG4TFOQQGM33SEBSGC5TF";
    const none = await management().getOtpSecretByUser({ userId: ids.dave });
    assert.notStrictEqual(none.statusCode, 200);
    accepted(
      await management().importOtp({
        list: [
          {
            userId: ids.dave,
            otp: { secret, recoveryCode: "da7e-0000-1111-2222-3333-4444" },
          },
        ],
      })
    );
    const read = await management().getOtpSecretByUser({
      userId: "dave",
      userIdType: "username",
    });
    assert.strictEqual(accepted(read).secret, secret);
    const dave = await signedIn("dave");
    assert.deepStrictEqual(await factorTypes(dave), ["OTP"]);
    const reply = await dave.mfaOtpVerify({ totp: totp(secret) });
    assert.strictEqual(accepted(reply).verified, true);
  },
  "import-otp for nobody is refused": async () => {
    const reply = await management().importOtp({
      list: [{ userId: ids.nobody, otp: { secret: "JBSWY3DPEHPK3PXP" } }],
    });
    refused(reply, 404, 2004);
  },
  "mfa-bound is read and deleted with signed requests": async () => {
    const url = `/api/v2/users/${ids.dave}/mfa-bound`;
    const bound = () =>
      management().makeRequest({ method: "GET", url, params: {} });
    assert.deepStrictEqual((await bound()).data, { FACE: false, OTP: true });
    // The SDK signs a query it finds in the URL, and none given beside it.
    const written = await management().makeRequest({
      method: "DELETE",
      url: `${url}?type=FACE`,
    });
    assert.strictEqual(written.code, 200, JSON.stringify(written));
    const beside = await management().makeRequest({
      method: "DELETE",
      url,
      params: { type: "OTP" },
    });
    assert.strictEqual(beside.code, 200, JSON.stringify(beside));
    assert.deepStrictEqual((await bound()).data, { FACE: false, OTP: false });
  },
  "a wrong access key secret is refused": async () => {
    const client = management("0".repeat(32));
    refused(await client.getUser({ userId: ids.alice }), 403, 1300);
  },
  "a wrong access key id is refused": async () => {
    const client = management(keySecret, "0".repeat(24));
    refused(await client.getUser({ userId: ids.alice }), 403, 1300);
  },
  "a signed request passes once": async () => {
    const send = await signedByHand(() => {});
    assert.strictEqual(accepted(await send()).userId, ids.alice);
    refused(await send(), 403, 1306);
  },
  "a signed request with a clock too far off is refused": async () => {
    const send = await signedByHand((headers) => {
      headers.date = new Date(Date.now() - 3600000).toUTCString();
    });
    refused(await send(), 403, 1305);
  },
  "a signed request without date is refused": async () => {
    const send = await signedByHand((headers) => delete headers.date);
    refused(await send(), 403, 1304);
  },

  // authentication API
  "signin by password, secret in the body": async () => {
    const reply = await application().signInByUsernamePassword({
      username: "alice",
      password: "alice-password",
    });
    const tokens = accepted(reply);
    assert.strictEqual(tokens.token_type, "Bearer");
    assert.strictEqual(tokens.expire_in, 1209600);
    const sub = await person(application(), tokens.id_token);
    assert.strictEqual(sub, ids.alice);
    const other = application({ appSecret: "0".repeat(32) });
    await assert.rejects(person(other, tokens.id_token));
    assert.strictEqual(payload(tokens.access_token).sub, ids.alice);
  },
  "signin by password, secret as Basic": async () => {
    const client = application({
      tokenEndPointAuthMethod: "client_secret_basic",
    });
    const reply = await client.signInByAccountPassword({
      account: "alice@example.com",
      password: "alice-password",
    });
    assert.strictEqual(payload(accepted(reply).access_token).sub, ids.alice);
  },
  "signin says where the person is": async () => {
    const lastIp = async () =>
      JSON.parse(await control("GET", "/user?user=alice")).lastIp;
    const credentials = { username: "alice", password: "alice-password" };
    const signin = (options) =>
      application().signInByUsernamePassword({ ...credentials, options });
    accepted(await signin({ clientIp: "192.0.2.7" }));
    assert.strictEqual(await lastIp(), "192.0.2.7");
    accepted(await signin());
    assert.strictEqual(await lastIp(), "");
  },
  "signin by a code sent to the phone": async () => {
    const client = application();
    accepted(
      await client.sendSms({
        channel: "CHANNEL_LOGIN",
        phoneNumber: alicePhone,
        phoneCountryCode: "+86",
      })
    );
    const passCode = await control("GET", `/outbox?to=${alicePhone}`);
    const signin = (code) =>
      client.signInByPhonePassCode({
        phone: alicePhone,
        phoneCountryCode: "+86",
        passCode: code,
      });
    refused(await signin(wrong(passCode)), 403, 2001);
    accepted(await signin(passCode));
    refused(await signin(passCode), 403, 2001);
  },
  "signin with a wrong password is refused": async () => {
    const reply = await application().signInByUsernamePassword({
      username: "alice",
      password: "bob-password",
    });
    refused(reply, 403, 2333);
  },
  "signin of a suspended person is refused": async () => {
    const reply = await application().signInByUsernamePassword({
      username: "erin",
      password: "erin-password",
    });
    refused(reply, 403, 2120008);
  },
  "signin with a wrong application secret is refused": async () => {
    const password = { username: "alice", password: "alice-password" };
    for (const tokenEndPointAuthMethod of [
      "client_secret_post",
      "client_secret_basic",
    ]) {
      const client = application({
        appSecret: "0".repeat(32),
        tokenEndPointAuthMethod,
      });
      const reply = await client.signInByUsernamePassword(password);
      assert.strictEqual(reply.statusCode, 403, JSON.stringify(reply));
    }
  },
  "signin to another application is refused": async () => {
    const client = application({ appId: "0000aaaaaaaaaaaaaaaaaaaa" });
    const reply = await client.signInByUsernamePassword({
      username: "alice",
      password: "alice-password",
    });
    refused(reply, 499, 2011);
  },
  "factors are not shown without a token": async () => {
    refused(await application().listEnrolledFactors(), 401, 2020);
    const forger = application();
    forger.setAccessToken("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.");
    refused(await forger.listEnrolledFactors(), 401, 2020);
  },
  "list-enrolled-factors and get-factor agree": async () => {
    const alice = await signedIn("alice");
    const list = accepted(await alice.listEnrolledFactors());
    assert.deepStrictEqual(
      list.map((f) => f.factorType),
      ["OTP", "SMS", "EMAIL"]
    );
    assert.ok(list[2].factorId.endsWith("|email"));
    for (const factor of list) {
      const one = await alice.getFactor({ factorId: factor.factorId });
      assert.deepStrictEqual(accepted(one), factor);
    }
    const missing = await alice.getFactor({ factorId: "0".repeat(24) });
    refused(missing, 404, undefined);
  },
  "another person's factor can be neither read nor reset": async () => {
    const alice = await signedIn("alice");
    const mallory = await signedIn("mallory");
    const [otp] = accepted(await alice.listEnrolledFactors());
    const { factorId } = otp;
    refused(await mallory.getFactor({ factorId }), 404, undefined);
    refused(await mallory.resetFactor({ factorId }), 404, undefined);
    assert.ok((await factorTypes(alice)).includes("OTP"));
  },
  "reset-factor, then enrol OTP with its first code": async () => {
    const alice = await signedIn("alice");
    const [otp] = accepted(await alice.listEnrolledFactors());
    const reset = await alice.resetFactor({ factorId: otp.factorId });
    assert.strictEqual(reset.statusCode, 200);
    assert.deepStrictEqual(await factorTypes(alice), ["SMS", "EMAIL"]);
    const free = accepted(await alice.listFactorsToEnroll());
    assert.deepStrictEqual(free, [{ factorType: "OTP" }]);

    const begun = accepted(
      await alice.sendEnrollFactorRequest({ factorType: "OTP", profile: {} })
    );
    const uri = new URL(begun.otpData.qrCodeUri);
    const secret = uri.searchParams.get("secret");
    assert.match(begun.otpData.qrCodeDataUrl, /^data:image\/png;base64,/);
    assert.match(begun.otpData.recoveryCode, /^([0-9a-f]{4}-){5}[0-9a-f]{4}$/);
    const enrol = (passCode) =>
      alice.enrollFactor({
        factorType: "OTP",
        enrollmentToken: begun.enrollmentToken,
        enrollmentData: { passCode },
      });
    const first = totp(secret);
    refused(await enrol(wrong(first)), 403, 6001);
    accepted(await enrol(first));
    assert.notStrictEqual((await enrol(first)).statusCode, 200);
    assert.ok((await factorTypes(alice)).includes("OTP"));

    // mfa-totp-verify with the new secret
    refused(await alice.mfaOtpVerify({ totp: first }), 403, 6001);
    await advance(30);
    const next = totp(secret);
    refused(await alice.mfaOtpVerify({ totp: wrong(next) }), 403, 6001);
    refused(await alice.mfaOtpVerify({ totp: "" }), 400, 6003);
    const verified = await alice.mfaOtpVerify({ totp: next });
    assert.strictEqual(accepted(verified).verified, true);
    refused(await alice.mfaOtpVerify({ totp: next }), 403, 6001);
  },
  "an enrollmentToken lives one minute": async () => {
    const alice = await signedIn("alice");
    const begun = accepted(
      await alice.sendEnrollFactorRequest({ factorType: "OTP", profile: {} })
    );
    const uri = new URL(begun.otpData.qrCodeUri);
    await advance(61);
    const reply = await alice.enrollFactor({
      factorType: "OTP",
      enrollmentToken: begun.enrollmentToken,
      enrollmentData: { passCode: totp(uri.searchParams.get("secret")) },
    });
    assert.notStrictEqual(reply.statusCode, 200);
  },
  "an SMS code is sent once a minute and checked without use": async () => {
    const client = application();
    const message = {
      channel: "CHANNEL_UNBIND_PHONE",
      phoneNumber: alicePhone,
      phoneCountryCode: "+86",
    };
    accepted(await client.sendSms(message));
    refused(await client.sendSms(message), 422, undefined);
    const passCode = await control("GET", `/outbox?to=${alicePhone}`);
    const check = async (code) =>
      accepted(
        await client.preCheckCode({
          codeType: "SMS",
          smsCodePayload: {
            phone: alicePhone,
            passCode: code,
            channel: message.channel,
          },
        })
      ).isValid;
    assert.strictEqual(await check(wrong(passCode)), false);
    assert.strictEqual(await check(passCode), true);
    assert.strictEqual(await check(passCode), true);
  },
  "unbind-phone with the code sent for it": async () => {
    const alice = await signedIn("alice");
    const passCode = await control("GET", `/outbox?to=${alicePhone}`);
    refused(await alice.unbindPhone({ passCode: wrong(passCode) }), 403, 2001);
    accepted(await alice.unbindPhone({ passCode }));
    assert.deepStrictEqual(await factorTypes(alice), ["OTP", "EMAIL"]);
    assert.notStrictEqual((await alice.unbindPhone({ passCode })).statusCode, 200);
  },
  "unbind-phone of the last way to sign in is refused": async () => {
    const bob = await signedIn("bob");
    const phoneNumber = "18800007777";
    accepted(
      await bob.sendSms({ channel: "CHANNEL_UNBIND_PHONE", phoneNumber })
    );
    const passCode = await control("GET", `/outbox?to=${phoneNumber}`);
    refused(await bob.unbindPhone({ passCode }), 499, undefined);
    assert.deepStrictEqual(await factorTypes(bob), ["SMS"]);
  },
  "send-email is limited too": async () => {
    const letter = { channel: "CHANNEL_VERIFY_MFA", email: "carol@example.com" };
    accepted(await application().sendEmail(letter));
    refused(await application().sendEmail(letter), 422, 2080);
    await advance(60);
    accepted(await application().sendEmail(letter));
  },
  "a push that is authorised signs the person in": async () => {
    const client = application();
    const push = accepted(await client.signInByPush({ account: "alice" }));
    const { pushCodeId } = push;
    assert.strictEqual(push.expireTime, 120);
    const before = accepted(await client.checkPushCodeStatus({ pushCodeId }));
    assert.deepStrictEqual(before, { status: "PUSHED" });

    const mallory = await signedIn("mallory");
    const confirm = { pushCodeId, action: "CONFIRM" };
    refused(await mallory.setPushCodeStatus(confirm), 403, 1001);
    const phone = await signedIn("alice");
    const set = await phone.setPushCodeStatus(confirm);
    assert.strictEqual(accepted(set).success, true);
    const after = accepted(await client.checkPushCodeStatus({ pushCodeId }));
    assert.strictEqual(after.status, "AUTHORIZED");
    const sub = await person(client, after.tokenSet.id_token);
    assert.strictEqual(sub, ids.alice);
  },
  "a push that is refused stays refused": async () => {
    const client = application();
    const phone = await signedIn("alice");
    const { pushCodeId } = accepted(
      await client.signInByPush({ account: "alice" })
    );
    accepted(await phone.setPushCodeStatus({ pushCodeId, action: "CANCEL" }));
    const late = await phone.setPushCodeStatus({ pushCodeId, action: "CONFIRM" });
    assert.notStrictEqual(late.statusCode, 200);
    const after = accepted(await client.checkPushCodeStatus({ pushCodeId }));
    assert.deepStrictEqual(after, { status: "CANCELLED" });
  },
  "a push nobody answers expires": async () => {
    const client = application();
    const { pushCodeId } = accepted(
      await client.signInByPush({ account: "alice" })
    );
    await advance(120);
    const after = accepted(await client.checkPushCodeStatus({ pushCodeId }));
    assert.deepStrictEqual(after, { status: "EXPIRED" });
    const phone = await signedIn("alice");
    const late = await phone.setPushCodeStatus({ pushCodeId, action: "CONFIRM" });
    assert.notStrictEqual(late.statusCode, 200);
  },
  "a push that fails says so": async () => {
    const client = application();
    const { pushCodeId } = accepted(
      await client.signInByPush({ account: "alice" })
    );
    await control("POST", `/push?action=FAIL&id=${pushCodeId}`);
    const after = accepted(await client.checkPushCodeStatus({ pushCodeId }));
    assert.deepStrictEqual(after, { status: "ERROR" });
  },
  "a push to a suspended person is refused": async () => {
    const reply = await application().signInByPush({ account: "erin" });
    refused(reply, 403, 2120008);
  },
  "a push that is not there has no status": async () => {
    const reply = await application().checkPushCodeStatus({
      pushCodeId: "0".repeat(32),
    });
    refused(reply, 404, undefined);
  },
  "a push to nobody is refused": async () => {
    refused(await application().signInByPush({ account: "nobody" }), 404, 2004);
  },
  "a revoked token no longer works": async () => {
    const client = application();
    const reply = await client.signInByUsernamePassword({
      username: "alice",
      password: "alice-password",
    });
    const token = accepted(reply).access_token;
    client.setAccessToken(token);
    accepted(await client.listEnrolledFactors());
    assert.strictEqual(await client.revokeToken(token), true);
    refused(await client.listEnrolledFactors(), 401, 2020);
  },
  "kick-users ends the sessions": async () => {
    const alice = await signedIn("alice");
    accepted(await alice.listEnrolledFactors());
    const kicked = await management().kickUsers({
      appIds: [emulator.appId],
      userId: "alice",
      options: { userIdType: "username" },
    });
    assert.strictEqual(accepted(kicked).success, true);
    refused(await alice.listEnrolledFactors(), 401, 2020);
  },
};

async function main() {
  let passed = 0;
  let failed = 0;
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
      passed += 1;
      console.log(`ok      ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${name}: ${error.message}`);
    }
  }
  console.log(`oracle: ${passed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

main();
