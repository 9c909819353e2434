"""pycocotools' figures for pictures on stdin: [{"truth": [{box, label}], "found": [{box, label, score}]}].

Prints the scores as JSON. `--make SEED` prints a case instead: 60 pictures in 3 classes, jittered truth, noise,
equal scores, boxes of all sizes, empty pictures, more than 100 boxes in one; with the figures in "expected".
    pip install pycocotools==2.0.11 && python coco-scores.py --make 7 > coco-scores.json
"""
import contextlib, io, json, random, sys


def figures(images):
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval
    labels = sorted({t["label"] for i in images for t in i["truth"]})
    ids = {label: n + 1 for n, label in enumerate(labels)}
    truth, found = [], []
    for n, image in enumerate(images):
        for t in image["truth"]:
            truth.append({"id": len(truth) + 1, "image_id": n + 1, "category_id": ids[t["label"]],
                          "bbox": t["box"], "area": t["box"][2] * t["box"][3], "iscrowd": 0})
        for f in image["found"]:
            if f["label"] in ids:
                found.append({"image_id": n + 1, "category_id": ids[f["label"]], "bbox": f["box"], "score": f["score"]})
    with contextlib.redirect_stdout(io.StringIO()):
        gt = COCO()
        gt.dataset = {"info": {}, "images": [{"id": n + 1} for n in range(len(images))], "annotations": truth,
                      "categories": [{"id": ids[label], "name": label} for label in labels]}
        gt.createIndex()
        e = COCOeval(gt, gt.loadRes(found), "bbox")
        e.evaluate()
        e.accumulate()
        e.summarize()
    precision, recall = e.eval["precision"], e.eval["recall"]
    size = lambda v: None if v == -1 else float(v)
    return {
        "ap50": float(e.stats[1]), "ap50_95": float(e.stats[0]),
        "recall": float(e.stats[8]), "recall50": float(recall[0, :, 0, 2].mean()),
        "bySize": {"small": size(e.stats[3]), "medium": size(e.stats[4]), "large": size(e.stats[5])},
        "perClass": {label: float(precision[0, :, n, 0, 2].mean()) for n, label in enumerate(labels)},
        "precision": [round(float(p), 6) for p in precision[0, :, :, 0, 2].mean(axis=1)],
    }


def make(seed):
    r = random.Random(seed)
    images = []
    for n in range(60):
        truth = []
        for _ in range(r.choice([0, 1, 1, 2, 4])):
            side = r.choice([14, 60, 190])
            truth.append({"box": [round(r.uniform(0, 400), 1), round(r.uniform(0, 300), 1),
                                  round(side * r.uniform(.6, 1.4), 1), round(side * r.uniform(.6, 1.4), 1)],
                          "label": r.choice(["deer", "deer", "boar", "fox"])})
        found = []
        for t in truth:
            for _ in range(r.choice([0, 1, 1, 2])):
                x, y, w, h = t["box"]
                j = r.choice([.02, .08, .2])
                found.append({"box": [round(x + r.gauss(0, j) * w, 1), round(y + r.gauss(0, j) * h, 1),
                                      round(w * (1 + r.gauss(0, j) / 2), 1), round(h * (1 + r.gauss(0, j) / 2), 1)],
                              "label": t["label"] if r.random() < .9 else "badger", "score": round(r.uniform(.3, 1), 1)})
        for _ in range(120 if n == 5 else r.choice([0, 0, 1, 3])):
            found.append({"box": [round(r.uniform(0, 400), 1), round(r.uniform(0, 300), 1), round(r.uniform(5, 200), 1),
                                  round(r.uniform(5, 200), 1)], "label": "deer", "score": round(r.uniform(0, .8), 1)})
        images.append({"truth": truth, "found": found})
    return images


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        case = make(int(sys.argv[2]))
        print(json.dumps({"images": case, "expected": figures(case)}, separators=(",", ":")))
    else:
        print(json.dumps(figures(json.load(sys.stdin))))
