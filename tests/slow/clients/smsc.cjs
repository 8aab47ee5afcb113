// A carrier by node-smpp: `smsc.cjs PORT FILE`. Each message that it takes is a line of FILE. The words throttle, full, dead,
// mute and close are orders, busy is throttled once for each number, and quick and early have their receipt at once, early before
// the answer. A line of its input is told to whoever is signed in, as the fields of `deliver_sm`; its output says that it
// listens, who signs in, and how what it told was answered.
const fs = require('fs');
const readline = require('readline');
const smpp = require('smpp');

const [port, file] = process.argv.slice(2);
const REFUSED = { throttle: smpp.ESME_RTHROTTLED, full: smpp.ESME_RMSGQFUL, dead: smpp.ESME_RINVDSTADR };
let count = 0;
const busy = new Set();
let bound = null;

function delivered(session, pdu, id) {
  const { source_addr: from, destination_addr: to } = pdu;
  const text = `id:${id} sub:001 dlvrd:001 submit date:2611230900 done date:2611230900 stat:DELIVRD err:000 text:quick`;
  const told = { source_addr: to, source_addr_ton: 1, destination_addr: from, esm_class: 4, short_message: text };
  session.deliver_sm(told, (answer) => say({ answered: answer.command_status }));
}

const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

function refusal(message, to) {
  if (message === 'busy' && !busy.has(to)) {
    busy.add(to);
    return smpp.ESME_RTHROTTLED;
  }
  return REFUSED[message];
}

smpp.createServer({}, (session) => {
  session.on('bind_transceiver', (pdu) => {
    const ok = pdu.system_id === 'shop' && pdu.password === 'secret08';
    session.send(pdu.response({ command_status: ok ? 0 : smpp.ESME_RINVPASWD }));
    if (ok) bound = session;
    say({ signed_in: ok });
  });
  session.on('submit_sm', (pdu) => {
    const { message, udh } = pdu.short_message;
    const refused = refusal(message, pdu.destination_addr);
    if (refused) {
      session.send(pdu.response({ command_status: refused }));
      return;
    }
    const header = udh ? Buffer.concat(udh).toString('hex') : '';
    const { source_addr: from, destination_addr: to, registered_delivery: receipt, data_coding: coding } = pdu;
    const silent = message === 'mute' || message === 'close';
    if (!silent) count += 1;
    const id = silent ? null : `A${count}`;
    fs.appendFileSync(file, `${JSON.stringify({ text: message, from, to, receipt, header, coding, id })}\n`);
    if (message === 'close') session.destroy();
    if (silent) return;
    if (message === 'early') delivered(session, pdu, id);
    session.send(pdu.response({ message_id: id }));
    if (message === 'quick') delivered(session, pdu, id);
  });
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
  session.on('error', () => {});
}).listen(Number(port), '127.0.0.1', () => say({ listens: true }));

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  bound.deliver_sm(JSON.parse(line), (pdu) => say({ answered: pdu.command_status }));
});
