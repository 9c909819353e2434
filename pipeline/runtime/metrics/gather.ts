/**
 * Metrics of several processes of a machine at one endpoint: the supervising process asks its children over the channel
 * that it has to each, and tells them apart by the label `process`.
 */
import type { ChildProcess } from 'node:child_process';
import {
  AggregatorRegistry,
  type MetricObjectWithValues,
  type MetricValue,
  type Registry,
} from 'prom-client';

export type Metrics = readonly MetricObjectWithValues<MetricValue<string>>[];

/** What goes over the channel, both ways. */
interface Question {
  readonly metricsAsked: number;
}
interface Answer {
  readonly metricsAnswered: number;
  readonly metrics: Metrics;
}

/** A child that does not answer in time (it is starting, or computes) has no metrics this time. */
const TIMEOUT_MS = 2_000;

/** In a child: answers its parent, where one has a channel to it, until what is returned is called. */
export function answerParent(registry: Registry): () => void {
  if (!process.send) return () => {};
  const answerTo = async (message: Partial<Question>) => {
    if (message.metricsAsked === undefined) return;
    const answer: Answer = {
      metricsAnswered: message.metricsAsked,
      metrics: await registry.getMetricsAsJSON(),
    };
    process.send?.(answer, undefined, {}, () => {}); // a parent that is gone has no more questions
  };
  process.on('message', answerTo);
  return () => process.off('message', answerTo);
}

let asked = 0;

/** In the parent: a child's metrics; none where it does not answer. */
export function metricsOf(child: ChildProcess): Promise<Metrics> {
  asked += 1;
  const question: Question = { metricsAsked: asked };
  return new Promise((resolve) => {
    const end = (metrics: Metrics) => {
      clearTimeout(late);
      child.off('message', take);
      child.off('exit', none);
      resolve(metrics);
    };
    const none = () => end([]);
    const take = (message: unknown) => {
      const { metricsAnswered, metrics } = message as Partial<Answer>; // the channel has our own messages only
      if (metricsAnswered === question.metricsAsked && metrics) end(metrics);
    };
    const late = setTimeout(none, TIMEOUT_MS);
    child.on('message', take);
    child.once('exit', none);
    if (!child.connected) return none();
    child.send(question, (error) => {
      if (error) none();
    });
  });
}

/** Prometheus' text of all of them; `process` is the name under which each is given. */
export function gatheredText(byProcess: ReadonlyMap<string, Metrics>): Promise<string> {
  const labelled = [...byProcess].map(([name, metrics]) =>
    metrics.map((metric) => ({
      ...metric,
      // No two are alike, with `process` among their labels: each is the first of its kind.
      aggregator: 'first' as const,
      values: metric.values.map((value) => ({ ...value, labels: { ...value.labels, process: name } })),
    })),
  );
  return AggregatorRegistry.aggregate(labelled).metrics();
}
