"""
Scores of made-up tracks by TrackEval (pip install trackeval): python tracking-scores.py > tracking-scores.json

Each case: boxes of the truth and of the labels as [frame, track, x, y, w, h], and what TrackEval says of them.
"""
import json
import random

import numpy as np
from trackeval.metrics import CLEAR, HOTA, Identity


def iou(a, b):
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = w * h if w > 0 and h > 0 else 0
    return both / (a[2] * a[3] + b[2] * b[3] - both)


def score(frames, truth, labels):
    def ids(rows):
        known = {}
        for row in rows:
            known.setdefault(row[1], len(known))
        return known

    truth_ids, label_ids = ids(truth), ids(labels)
    data = {'gt_ids': [], 'tracker_ids': [], 'similarity_scores': []}
    for frame in range(frames):
        here = [row for row in truth if row[0] == frame]
        found = [row for row in labels if row[0] == frame]
        data['gt_ids'].append(np.array([truth_ids[row[1]] for row in here], dtype=int))
        data['tracker_ids'].append(np.array([label_ids[row[1]] for row in found], dtype=int))
        data['similarity_scores'].append(
            np.array([[iou(a[2:], b[2:]) for b in found] for a in here]).reshape(len(here), len(found)))
    data.update(num_timesteps=frames, num_gt_ids=len(truth_ids), num_tracker_ids=len(label_ids),
                num_gt_dets=len(truth), num_tracker_dets=len(labels))
    hota = HOTA().eval_sequence(data)
    clear = CLEAR({'PRINT_CONFIG': False}).eval_sequence(data)
    identity = Identity({'PRINT_CONFIG': False}).eval_sequence(data)
    return {'hota': float(np.mean(hota['HOTA'])), 'detA': float(np.mean(hota['DetA'])),
            'assA': float(np.mean(hota['AssA'])), 'locA': float(np.mean(hota['LocA'])),
            'idf1': float(identity['IDF1']), 'switches': int(clear['IDSW']), 'fragments': int(clear['Frag']),
            'mota': float(clear['MOTA'])}


def case(seed, tracks, frames, miss, jitter, swap, extra):
    chance = random.Random(seed)
    truth, labels = [], []
    ways = [[chance.uniform(20, 300), chance.uniform(20, 200), chance.uniform(30, 60), chance.uniform(25, 50),
             chance.uniform(-4, 4), chance.uniform(-3, 3)] for _ in range(tracks)]
    spans = [(0, frames) if i == 0 else (chance.randrange(frames // 3), chance.randrange(2 * frames // 3, frames))
             for i in range(tracks)]
    names = list(range(10, 10 + tracks))
    fresh = 50
    for frame in range(frames):
        if chance.random() < swap and tracks > 1:
            a, b = chance.sample(range(tracks), 2)
            names[a], names[b] = names[b], names[a]
        if chance.random() < swap:
            names[chance.randrange(tracks)] = fresh
            fresh += 1
        for i, (x, y, w, h, dx, dy) in enumerate(ways):
            if not spans[i][0] <= frame < spans[i][1] or frame % 17 == 11:
                continue
            box = [round(x + dx * frame, 1), round(y + dy * frame, 1), round(w, 1), round(h, 1)]
            truth.append([frame, i + 1, *box])
            if chance.random() >= miss and frame % 19 != 7:
                labels.append([frame, names[i], *[round(v + chance.gauss(0, jitter), 1) for v in box]])
        if chance.random() < extra:
            labels.append([frame, 90 + chance.randrange(3), round(chance.uniform(0, 300), 1), 40.5, 33.3, 44.4])
    return {'frames': frames, 'truth': truth, 'labels': labels, 'scores': score(frames, truth, labels)}


if __name__ == '__main__':
    cases = [case(1, 1, 30, 0, 0.5, 0, 0), case(2, 2, 40, 0.1, 3, 0.05, 0.1), case(3, 4, 50, 0.2, 5, 0.1, 0.2),
             case(4, 5, 40, 0.05, 8, 0.02, 0.3), case(5, 3, 60, 0.4, 2, 0.15, 0)]
    print(json.dumps(cases, separators=(',', ':')).replace('},{', '},\n{'))
