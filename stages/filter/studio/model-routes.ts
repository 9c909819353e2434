/** What the page asks of models. */
import { Hono } from 'hono';
import type { ApiError, ModelDiff, ModelView, Why } from './api.ts';
import { clipOf, indexOf, jobOf, modelOf, trackOf } from './asked.ts';

/** What stands behind it. */
export interface ModelsBackend {
  all(): Promise<ModelView[]>;
  /** `looking` where a detector takes longer */
  diff(model: string): Promise<ModelDiff>;
  /** @returns null where the explainer takes longer */
  why(clip: string, track: number, index: number): Promise<Why | null>;
  /** @returns the PNG of an explanation; null where there is none */
  figure(job: string): Promise<Uint8Array | null>;
}

export function modelRoutes(models: ModelsBackend): Hono {
  const app = new Hono();
  app.get('/models', async (context) => context.json(await models.all()));
  app.get('/models/:model/diff', async (context) => context.json(await models.diff(modelOf(context))));
  app.get('/why/:clip/:track/:index', async (context) => {
    const why = await models.why(clipOf(context), trackOf(context), indexOf(context));
    if (why) return context.json(why);
    const error = 'the explainer has not answered yet; ask again: what it finds meanwhile is kept';
    return context.json({ error } satisfies ApiError, 504);
  });
  app.get('/explanations/:job/figure.png', async (context) => {
    const figure = await models.figure(jobOf(context));
    if (!figure) return context.json({ error: 'there is no such explanation' } satisfies ApiError, 404);
    context.header('cache-control', 'private, max-age=31536000, immutable');
    context.header('content-type', 'image/png');
    return context.body(Uint8Array.from(figure));
  });
  return app;
}
