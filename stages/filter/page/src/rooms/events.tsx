/** Events: who was where and when, from the tracks that nobody rejected. */
import { clips, tracks } from '../api/store.ts';
import { go } from '../route.ts';
import { t } from '../words.ts';

export function Events() {
  const stays = tracks.value
    .filter(({ count }) => count.pending + count.accepted + count.corrected > 0)
    .map((track) => ({ ...track, fps: clips.value.get(track.clip)?.fps ?? 0 }))
    .map((track) => ({ ...track, at: timeOf(track.recordedAt?.time, track.first, track.fps) }))
    .toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
  if (stays.length === 0) return <p class="empty">{t('noTracks')}</p>;
  return (
    <section class="room events scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">{t('recorded')}</th>
            <th scope="col">{t('camera')}</th>
            <th scope="col">{t('class')}</th>
            <th scope="col">{t('file')}</th>
            <th scope="col">s</th>
          </tr>
        </thead>
        <tbody>
          {stays.map(({ clip, track, label, camera, first, last, fps, at }) => (
            <tr key={`${clip}.${track}`}>
              <td>{at === null ? '–' : new Date(at).toISOString().replace('T', ' ').slice(0, 19)}</td>
              <td>{camera}</td>
              <td>{label}</td>
              <td>
                <button type="button" class="link" onClick={() => go('review', clip, track)}>
                  {clips.value.get(clip)?.file ?? clip} · {track}
                </button>
              </td>
              <td class="number">{fps > 0 ? ((last - first + 1) / fps).toFixed(1) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Unix time of a frame, ms; null where the clip's is not known. */
function timeOf(recorded: string | undefined, frame: number, fps: number): number | null {
  if (!recorded) return null;
  return Date.parse(recorded) + (fps > 0 ? (frame / fps) * 1000 : 0);
}
