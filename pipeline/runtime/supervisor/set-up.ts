/** `make setup`'s last step: a nats-server, found or installed. */
import { reasonOf } from '../errors.ts';
import { type NatsProvider, provideNatsServer } from './nats-server.ts';

function describe(provider: NatsProvider): string {
  switch (provider.kind) {
    case 'url':
      return 'the one that NATS_URL names';
    case 'binary':
      return `${provider.path}, ${provider.version}`;
    case 'docker':
      return `the image ${provider.image}`;
  }
}

try {
  const provider = await provideNatsServer({
    install: true,
    note: (text) => process.stderr.write(`make setup: ${text}\n`),
  });
  console.log(`Ready: Node ${process.versions.node}; nats-server: ${describe(provider)}`);
} catch (error) {
  console.error(`make setup: ${reasonOf(error)}`);
  process.exitCode = 1;
}
