/** Frames worth drawing, in a row: why each, and which are done. */
import { useEffect, useRef } from 'preact/hooks';
import type { FrameProposal } from '../../../../studio/api.ts';
import { drawings, frameKey } from '../../api/drawings.ts';
import { clips } from '../../api/lists.ts';
import { Crop } from '../../parts/crop.tsx';
import { words } from '../../words/words.ts';

interface StripProps {
  readonly proposals: readonly FrameProposal[];
  readonly clip: string;
  readonly index: number;
  readonly onChoose: (clip: string, index: number) => void;
}

export function ProposalStrip({ proposals, clip, index, onChoose }: StripProps) {
  const here = useRef<HTMLButtonElement>(null);
  const t = words.value.draw;
  useEffect(() => here.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' }), [clip, index]);
  if (proposals.length === 0) return <p class="quiet strip-none">{t.noProposals}</p>;
  return (
    <ul class="proposals" aria-label={t.proposals}>
      {proposals.map((proposal) => {
        const key = frameKey(proposal.clip, proposal.index);
        const isHere = proposal.clip === clip && proposal.index === index;
        const boxes = drawings.value.get(key)?.boxes;
        const state = boxes ? (boxes.length > 0 ? t.boxes(boxes.length) : t.empty) : t.notDrawn;
        const { file = '', width, height } = clips.value.get(proposal.clip) ?? {};
        return (
          <li key={key}>
            <button
              type="button"
              class="proposal"
              ref={isHere ? here : null}
              aria-current={isHere ? 'true' : undefined}
              aria-label={`${file}, ${words.value.stripFrame(proposal.index)}, ${t.why[proposal.why]}, ${state}`}
              onClick={() => onChoose(proposal.clip, proposal.index)}
            >
              {width && height ? (
                <Thumb proposal={proposal} width={width} height={height} />
              ) : (
                <span class="crop" />
              )}
              <span class="chip">{t.why[proposal.why]}</span>
              {boxes && (
                <span class="done" aria-hidden="true">
                  {boxes.length > 0 ? '✓' : '∅'}
                </span>
              )}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** All of the picture: a crop with its surroundings cut to it. */
function Thumb({
  proposal,
  width,
  height,
}: {
  readonly proposal: FrameProposal;
  readonly width: number;
  readonly height: number;
}) {
  const inner = [width / 6, height / 6, (width * 2) / 3, (height * 2) / 3] as const;
  return (
    <Crop
      {...{
        clip: proposal.clip,
        index: proposal.index,
        box: inner,
        width: 96,
        height: Math.round((96 * height) / width),
      }}
      colour={null}
      description=""
    />
  );
}
