// Auth as the SPA uses it, by the official supabase-js. Reads one flow's name and a code for each mail from standard input.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const [project, url, key, flow, email] = process.argv.slice(2);
const { createClient } = createRequire(project)("@supabase/supabase-js");
const { auth } = createClient(url, key);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

// Tells the test that a mail is under way and gets the code in it.
async function codeFrom(address) {
  console.log(`mail ${address}`);
  return (await lines.next()).value;
}
function must({ data, error }) {
  if (error) throw new Error(`${error.status} ${error.code}: ${error.message}`);
  return data;
}

const flows = {
  async code() {
    must(await auth.signInWithOtp({ email, options: { shouldCreateUser: false } }));
    return must(await auth.verifyOtp({ email, token: await codeFrom(email), type: "email" })).user.email;
  },
  async code_of_a_new_person() {
    must(await auth.signInWithOtp({ email }));
    return must(await auth.verifyOtp({ email, token: await codeFrom(email), type: "email" })).user.email;
  },
  async reset() {
    must(await auth.resetPasswordForEmail(email));
    must(await auth.verifyOtp({ email, token: await codeFrom(email), type: "recovery" }));
    must(await auth.updateUser({ password: "a new password" }));
    must(await auth.signOut());
    return must(await auth.signInWithPassword({ email, password: "a new password" })).user.email;
  },
  async email_change() {
    const password = "correct horse battery staple";
    must(await auth.signInWithPassword({ email, password }));
    const address = `new-${email}`;
    must(await auth.updateUser({ email: address }));
    must(await auth.verifyOtp({ email: address, token: await codeFrom(address), type: "email_change" }));
    must(await auth.signOut());
    return must(await auth.signInWithPassword({ email: address, password })).user.email;
  },
  async wrong_code() {
    must(await auth.signInWithOtp({ email, options: { shouldCreateUser: false } }));
    const code = await codeFrom(email);
    const { error } = await auth.verifyOtp({ email, token: code === "000000" ? "000001" : "000000", type: "email" });
    return error.code;
  },
  async anonymous() {
    const { error } = await auth.signInAnonymously();
    return error.code;
  },
  async refresh() {
    must(await auth.signInWithPassword({ email, password: "correct horse battery staple" }));
    const before = must(await auth.getSession()).session;
    const after = must(await auth.refreshSession()).session;
    return after.refresh_token !== before.refresh_token ? after.user.email : "not rotated";
  },
};
console.log(`done ${await flows[flow]()}`);
process.exit(0);
