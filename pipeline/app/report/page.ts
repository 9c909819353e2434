/** The report of a run: its sections in order. */
import type { ReportData } from './data.ts';
import { renderDocument } from './document.ts';
import { clips } from './sections/clips.ts';
import { explanations } from './sections/explanations.ts';
import { labels } from './sections/labels.ts';
import { mistakes } from './sections/mistakes.ts';
import { models } from './sections/models.ts';
import { overview } from './sections/overview.ts';
import { problems } from './sections/problems.ts';
import { review } from './sections/review.ts';
import { run } from './sections/run.ts';
import type { Section } from './sections/section.ts';
import { truth } from './sections/truth.ts';

export async function renderPage(data: ReportData): Promise<string> {
  const { title, createdAt } = data;
  return renderDocument({ title, createdAt, sections: await sectionsOf(data) });
}

/** Of a training, or of a model that was scored: nothing of clips. */
export interface ModelsData extends Pick<ReportData, 'title' | 'createdAt' | 'pre' | 'main' | 'promotion'> {}

export async function renderModelsPage(data: ModelsData): Promise<string> {
  const { title, createdAt } = data;
  const sections = [await models(data), await mistakes(data)].filter((section) => section !== null);
  return renderDocument({ title, createdAt, sections });
}

async function sectionsOf(data: ReportData): Promise<Section[]> {
  const sections: (Section | null)[] = [
    overview(data),
    problems(data),
    await labels(data),
    review(data),
    await clips(data),
    await models(data),
    await mistakes(data),
    truth(data),
    await explanations(data),
    await run(data),
  ];
  return sections.filter((section) => section !== null);
}
