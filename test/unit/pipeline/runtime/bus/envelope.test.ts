import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { headers } from '@nats-io/transport-node';
import { decode, encode, outgoing } from '../../../../../pipeline/runtime/bus/envelope.ts';
import { PoisonError } from '../../../../../pipeline/runtime/errors.ts';
import { Dead } from '../../../../../schemas/dead.ts';
import { Frame } from '../../../../../schemas/frame.ts';
import { Look } from '../../../../../schemas/look.ts';

const clip = '0123456789abcdef';
const look = outgoing(Look, { clip, index: 7 }, Look.examples.valid);

/** As it would arrive. */
function arrived(message: Parameters<typeof encode>[0], source = 'tracker') {
  const { headers, payload } = encode(message, source);
  return { subject: message.subject, headers, data: payload, sequence: 12, storedAt: 1_700_000_000_000 };
}

describe('outgoing', () => {
  test('its subject is filled, its id is the subject where none is given', () => {
    assert.equal(look.subject, `look.${clip}.7`);
    assert.equal(look.id, look.subject);
    assert.equal(outgoing(Look, { clip, index: 7 }, Look.examples.valid, { id: 'mine' }).id, 'mine');
  });
});

describe('on the wire', () => {
  test('JSON: the body is the JSON, metadata is in CloudEvents headers', () => {
    const { headers, data } = arrived(look);
    assert.deepEqual(JSON.parse(new TextDecoder().decode(data)), Look.examples.valid);
    const expected = {
      'ce-specversion': '1.0',
      'ce-id': look.id,
      'ce-type': 'shika.look.v1',
      'ce-source': '/shika/tracker',
      'ce-subject': look.subject,
      'content-type': 'application/json',
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(headers.get(name), value, name);
    assert.ok(Math.abs(Date.parse(headers.get('ce-time')) - Date.now()) < 60_000);
    assert.match(headers.get('traceparent'), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  test('a picture: the body is the picture, its facts are JSON in a header', () => {
    const payload = Uint8Array.of(0xff, 0xd8, 0xff);
    const message = outgoing(Frame, { camera: 'gate', clip, index: 7 }, Frame.examples.valid, { payload });
    const { headers, data } = arrived(message);
    assert.deepEqual(data, payload);
    assert.equal(headers.get('content-type'), 'image/jpeg');
    assert.deepEqual(JSON.parse(headers.get('ce-facts')), Frame.examples.valid);
  });

  test('there and back: nothing is lost', () => {
    const payload = Uint8Array.of(1, 2, 3);
    const body = { ...Dead.examples.valid, reason: 'found “鹿\r\n”, expected "deer"' };
    const message = outgoing(Dead, { stage: 'detector', subject: 'look.a.7' }, body, { payload, id: 'one' });
    const incoming = decode(Dead, arrived(message));
    assert.deepEqual(incoming.body, body);
    assert.deepEqual(incoming.payload, payload);
    const { subject, id, sequence, storedAt } = incoming;
    assert.deepEqual(
      { subject, id, sequence, storedAt },
      { subject: 'dead.detector.look.a.7', id: 'one', sequence: 12, storedAt: 1_700_000_000_000 },
    );
  });

  test('in the parent’s trace, with a span of its own', () => {
    const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { traceparent } = decode(Look, arrived({ ...look, parent }));
    assert.equal(traceparent.slice(0, 35), parent.slice(0, 35));
    assert.notEqual(traceparent, parent);
  });

  test('a body that does not match its schema is never put on the wire', () => {
    const wrong = outgoing(Look, { clip, index: 7 }, { ...Look.examples.valid, regions: [] });
    assert.throws(() => encode(wrong, 'tracker'), PoisonError);
  });
});

describe('what arrives', () => {
  const data = new TextEncoder().encode(JSON.stringify(Look.examples.valid));
  const raw = { subject: 'look.a.7', data, sequence: 3, storedAt: 0 };

  test('from a person’s `nats pub`, without headers: taken, with an id made of its place', () => {
    const incoming = decode(Look, raw);
    assert.equal(incoming.id, 'look.a.7#3');
    assert.match(incoming.traceparent, /^00-/);
  });

  test('of another type: refused, with both types', () => {
    const set = headers();
    set.set('ce-type', 'shika.boxes.v1');
    assert.throws(
      () => decode(Look, { ...raw, headers: set }),
      /look\.a\.7: wrong type of message; found shika\.boxes\.v1; expected shika\.look\.v1/,
    );
  });

  test('not JSON: refused, with its beginning', () => {
    const text = new TextEncoder().encode('<html>'.repeat(100));
    assert.throws(
      () => decode(Look, { ...raw, data: text }),
      (error) => {
        assert.ok(error instanceof PoisonError);
        assert.match(error.message, /look\.a\.7: not JSON; found "<html>.*…; expected a JSON object/);
        assert.ok(error.message.length < 300);
        return true;
      },
    );
  });

  test('a picture without its facts: refused', () => {
    assert.throws(() => decode(Frame, { ...raw, headers: headers() }), PoisonError);
  });
});
