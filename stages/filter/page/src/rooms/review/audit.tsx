/** The audit's questions, one after the other: a random sample that nobody chose. */
import { useState } from 'preact/hooks';
import type { AuditTask } from '../../../../studio/api.ts';
import { clips, progress } from '../../api/lists.ts';
import { say } from '../../api/notices.ts';
import { post, receive } from '../../api/outbox.ts';
import { Stage } from '../../canvas/stage.tsx';
import { useKeys } from '../../keys/dispatch.ts';
import { useAsked } from '../../parts/asked.ts';
import { useFrame } from '../../parts/frame.ts';
import { Empty } from '../../parts/marks.tsx';
import { useTimed } from '../../parts/timed.ts';
import { go, routeTo } from '../../route.ts';
import { words } from '../../words/words.ts';
import { AuditFindings } from './audit-panel.tsx';

receive('audit', {
  done: (_, now) => {
    progress.value = now;
  },
  refused: (_, error) => say(error.message, true),
});

export function AuditRoom() {
  const t = words.value.audit;
  const { value, error, again } = useAsked<AuditTask[]>('/audit');
  // Of all that were asked for since the room was opened: an answer may still be on its way when more are asked for.
  const [answered, setAnswered] = useState<ReadonlySet<string>>(new Set());
  if (error) return <Empty title={t.none} why={error} />;
  if (!value) return <p class="quiet pad">{words.value.loading}</p>;
  const open = value.filter(({ task }) => !answered.has(task));
  const task = open[0];
  if (!task) return <AuditDone isEnd={value.length === 0} onMore={again} />;
  return (
    <Question
      key={task.task}
      task={task}
      left={open.length}
      onAnswered={() => setAnswered(new Set(answered).add(task.task))}
    />
  );
}

interface DoneProps {
  /** Nothing is left to ask about. */
  readonly isEnd: boolean;
  readonly onMore: () => void;
}

function AuditDone({ isEnd, onMore }: DoneProps) {
  const t = words.value.audit;
  return (
    <div class="empty">
      <h2>{isEnd ? t.none : t.done}</h2>
      <AuditFindings />
      <p class="quiet">{t.why}</p>
      <div class="row">
        <a class="button" href="#/review">
          ← {words.value.review.back}
        </a>
        {!isEnd && (
          <button type="button" class="primary" onClick={onMore}>
            {t.more}
          </button>
        )}
      </div>
    </div>
  );
}

interface QuestionProps {
  readonly task: AuditTask;
  readonly left: number;
  readonly onAnswered: () => void;
}

function Question({ task, left, onAnswered }: QuestionProps) {
  const t = words.value.audit;
  const { clip, index, box } = task;
  const { picture, error } = useFrame(clip, index, []);
  const timed = useTimed('audit');
  const answer = (right: boolean, key: string) => {
    if (!picture) return;
    post('audit', '/audit', { task: task.task, right, ...timed(key) });
    onAnswered();
  };
  useKeys('audit', {
    right: () => answer(true, 'Y'),
    wrong: () => answer(false, 'N'),
    later: () => go(routeTo('review')),
  });
  const question = box ? t.askLabel : t.askEmpty;
  const file = clips.value.get(clip)?.file ?? clip;
  return (
    <div class="room audit">
      <header class="row track-bar">
        <a class="button" href="#/review">
          ← {words.value.review.back}
        </a>
        <strong>{question}</strong>
        <span class="quiet number">{t.left(left)}</span>
        <span class="quiet">{t.planting}</span>
      </header>
      <div class="picture">
        <Stage
          picture={picture}
          shapes={box ? [{ box, colour: '#ffffff', text: '', mark: null }] : []}
          tool="look"
          colour="#ffffff"
          description={`${file}, ${words.value.stripFrame(index)}. ${question}`}
        />
        {error && (
          <p class="stage-error">
            {error}{' '}
            <button type="button" onClick={onAnswered}>
              {t.skip}
            </button>
          </p>
        )}
      </div>
      <div class="row answers">
        <button type="button" class="accept" onClick={() => answer(true, 'button')}>
          ✓ {t.right}{' '}
          <span class="cap" aria-hidden="true">
            Y
          </span>
        </button>
        <button type="button" class="reject" onClick={() => answer(false, 'button')}>
          ✕ {t.wrong}{' '}
          <span class="cap" aria-hidden="true">
            N
          </span>
        </button>
      </div>
    </div>
  );
}
