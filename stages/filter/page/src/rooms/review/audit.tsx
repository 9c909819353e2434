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

receive('audit', {
  done: (_, now) => {
    progress.value = now;
  },
  refused: (_, error) => say(error.message, true),
});

export function AuditRoom() {
  const t = words.value.audit;
  const { value, error } = useAsked<AuditTask[]>('/audit');
  const [answered, setAnswered] = useState(0);
  if (error) return <Empty title={t.none} why={error} />;
  if (!value) return <p class="quiet pad">{words.value.loading}</p>;
  const task = value[answered];
  if (!task) return <Empty title={t.none} why={t.why} />;
  return (
    <Question
      key={task.task}
      task={task}
      left={value.length - answered}
      onAnswered={() => setAnswered(answered + 1)}
    />
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
  const timed = useTimed(task.task);
  const answer = (right: boolean, key: string) => {
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
      </header>
      <div class="picture">
        <Stage
          picture={picture}
          shapes={box ? [{ box, colour: '#ffffff', text: '', mark: null }] : []}
          tool="look"
          colour="#ffffff"
          description={`${file}, ${words.value.stripFrame(index)}. ${question}`}
        />
        {error && <p class="stage-error">{error}</p>}
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
