using Spa.Engine.Compute;
using Spa.Engine.Reporting;

namespace Spa.Engine.Tests.Reporting;

/// <summary>A report with every section filled with plausible numbers; the same on every call.</summary>
internal static class SyntheticReport
{
    private static readonly string[] s_stages = ["stage-0-seed", "stage-1", "stage-2", "stage-3"];

    /// <summary>A draw with mean 0 and standard deviation 1, near enough to normal for a picture.</summary>
    private static double Noise(uint stream, int index)
    {
        (uint x, uint y, uint z, uint w) = Philox.Next(2406_04412, (uint)index, stream, 0, 0);
        return (Philox.Uniform(x) + Philox.Uniform(y) + Philox.Uniform(z) + Philox.Uniform(w) - 2) * Math.Sqrt(3);
    }

    public static RunReport Full() => new()
    {
        Title = "Demo: a small assistant learns to be kind and brief",
        Subtitle = "818,816 parameters, 60 labelled pairs, three iterations on 900 unlabelled prompts.",
        Finished = new DateTimeOffset(2025, 3, 9, 17, 4, 0, TimeSpan.Zero),
        Summary =
        [
            new("Win rate against SFT", new(0.744, 0.702, 0.786), NumberStyle.Percent, "after iteration 3"),
            new("Mean gold score", new(2.65, 2.41, 2.89), NumberStyle.Number, "SFT 0.43, DPO on seed 1.76"),
            new("Judge accuracy", new(0.79, 0.73, 0.84), NumberStyle.Percent, "on held-out pairs"),
            new("Response length", new(14.4), NumberStyle.Number, "tokens; SFT 17.5"),
            new("Wall time", new(104), NumberStyle.Duration, "2 CPU cores"),
        ],
        Warnings = ["The control \"DPO on the seed for as many updates\" does better than the last iteration "
            + "(76.4% against 74.4%): more epochs on the seed would serve this data as well."],
        Notes = ["Sampler and scorer agree to 2.1e-6 nats per token.",
            "Four prompts had identical answers in iteration 3 and were dropped."],
        StageNames = [new("stage-0-seed", "DPO on seed"), new("stage-1", "SPA 1"), new("stage-2", "SPA 2"), new("stage-3", "SPA 3")],
        Stages = new("Results by stage",
            [
                new("Win rate against SFT", NumberStyle.Percent, Plot: true, Reference: 0.5, ReferenceLabel: "as good as SFT"),
                new("Mean gold", Plot: true), new("Judge accuracy", NumberStyle.Percent), new("Tokens"),
            ],
            [
                new("SFT", [new(0.496, 0.44, 0.55), new(0.43, 0.2, 0.66), Estimate.None, new(17.5, 17.1, 17.9)]),
                new("DPO on seed", [new(0.640, 0.595, 0.685), new(1.76, 1.52, 2.0), new(0.82, 0.77, 0.86), new(15.7, 15.3, 16.1)]),
                new("SPA 1", [new(0.670, 0.626, 0.714), new(1.99, 1.75, 2.23), new(0.81, 0.76, 0.85), new(15.3, 14.9, 15.7)]),
                new("SPA 2", [new(0.711, 0.668, 0.754), new(2.33, 2.09, 2.57), new(0.81, 0.76, 0.85), new(14.9, 14.5, 15.3)]),
                new("SPA 3", [new(0.744, 0.702, 0.786), new(2.65, 2.41, 2.89), new(0.79, 0.73, 0.84), new(14.4, 14.0, 14.8)]),
                new("Random judge", [new(0.634, 0.588, 0.68), new(1.67, 1.43, 1.91), new(0.80, 0.75, 0.85), new(15.8, 15.4, 16.2)],
                    IsControl: true),
                new("Seed only, as long", [new(0.764, 0.723, 0.805), new(2.83, 2.6, 3.06), new(0.82, 0.77, 0.86), new(14.3, 13.9, 14.7)],
                    IsControl: true),
            ],
            "250 held-out prompts, one answer each at temperature 0.8. A win is a higher gold score than a fixed SFT answer, ties count half."),
        Metrics = [.. s_stages.SelectMany(Stage)],
        Iterations = [.. Enumerable.Range(1, 3).Select(Audit)],
        RewardAccuracies = [.. s_stages.SelectMany((stage, i) => ((string[])["under 32", "32 to 63", "64 to 127", "128 up"])
            .Select((bucket, j) =>
            new RewardAccuracy(stage, bucket, new(0.83 - 0.05 * j - 0.01 * i, 0.76 - 0.06 * j - 0.01 * i, 0.89 - 0.04 * j - 0.01 * i),
                120 - 20 * j)))],
        Samples = Samples(),
        Timings =
        [
            new("stage-0-seed/train", 6.2, 38_400), new("stage-1/sample", 9.8, 12_240), new("stage-1/judge", 1.9, 24_480),
                new("stage-1/train", 11.4, 36_700),
            new("stage-2/sample", 14.1, 18_000), new("stage-2/judge", 2.8, 36_000), new("stage-2/train", 17.3, 54_000),
            new("stage-3/sample", 18.5, 23_000), new("stage-3/judge", 3.7, 46_000), new("stage-3/train", 21.9, 69_000),
                new("eval", 4.6, 21_000),
        ],
        Configuration = "model: models/demo\nbeta: 0.1\nlearning_rate: 4.0e-4\nlr_scheduler_type: cosine\nwarmup_ratio: 0.1\nspa:\n"
            + "  iterations: 3\n  prompts_per_iteration: [200, 300, 400]\n  k: 2\n"
            + "  temperature: 0.8\n  alpha: 0.1\n  lambda: [0.5, 0.25, 0.125]\n  quantile: 0.1\n  # a comment with <angle> brackets & \"quotes\"\nseed: 3\n",
        Environment =
        [
            new("Spa", "0.1.0"), new(".NET", "10.0.0"), new("Device", "CPU, 2 cores, AVX-512"),
                new("Model hash", "sha256:4f6c2d9f0c1b7e43a1"),
            new("Seed", "3"), new("Data", "demo/seed.jsonl (60 pairs)"),
        ],
    };

    private static IEnumerable<MetricsEntry> Stage(string name, int stage)
    {
        int updates = stage == 0 ? 90 : 60 + 40 * stage;
        for (int step = 1; step <= updates; step++)
        {
            double t = (double)step / updates, noise = Noise((uint)stage, step), other = Noise((uint)stage + 10, step);
            double margin = (0.4 + 0.25 * stage) * (1 - Math.Exp(-3 * t)) + 0.12 * noise * t;
            yield return new(name, step, new Dictionary<string, double>
            {
                [MetricKeys.Loss] = 0.693 - 0.55 * margin + 0.05 * other,
                [MetricKeys.GradNorm] = Math.Exp(0.4 + 0.6 * noise - 0.5 * t),
                [MetricKeys.LearningRate] = 4e-4 * (t < 0.1 ? t / 0.1 : 0.5 * (1 + Math.Cos(Math.PI * (t - 0.1) / 0.9))),
                [MetricKeys.RewardsChosen] = 0.3 * margin + 0.03 * other,
                [MetricKeys.RewardsRejected] = -0.7 * margin + 0.03 * noise,
                [MetricKeys.RewardsMargins] = margin,
                [MetricKeys.ExtrapolatedMargin] = stage == 0 ? double.NaN : 1.4 * margin,
                [MetricKeys.RewardsAccuracies] = Math.Clamp(0.5 + 0.35 * (1 - Math.Exp(-4 * t)) + 0.08 * noise, 0, 1),
                [MetricKeys.LogpsChosen] = -18 - 2 * t + other,
                [MetricKeys.LogpsRejected] = -21 - 6 * t + noise,
                [MetricKeys.Entropy] = 0.9 - 0.1 * stage - 0.1 * t + 0.02 * noise,
                [MetricKeys.Flagged] = stage == 0 ? double.NaN : t < 0.2 ? 0 : Math.Clamp(0.12 + 0.05 * other, 0, 1),
            });
        }
    }

    private static IterationAudit Audit(int iteration)
    {
        double[] margins = [.. Enumerable.Range(0, 100 + 100 * iteration)
            .Select(i => 0.22 * iteration + (0.25 + 0.1 * iteration) * Noise((uint)(20 + iteration), i))];
        double threshold = margins.Order().ElementAt(margins.Length / 10);
        return new()
        {
            Stage = $"stage-{iteration}",
            Margins = HistogramData.FromValues(margins, 36),
            Threshold = threshold,
            Pairs = new(margins.Length),
            Flagged = new(0.1 + 0.012 * iteration, 0.07 + 0.012 * iteration, 0.14 + 0.012 * iteration),
            FlagOverlap = new(0.88 - 0.02 * iteration),
            ResponseLength = new(15.8 - 0.45 * iteration, 15.5 - 0.45 * iteration, 16.1 - 0.45 * iteration),
            StopRate = new(0.991 + 0.002 * iteration, 0.98 + 0.002 * iteration, 0.996 + 0.001 * iteration),
            KlToSft = new(0.8 + 1.4 * iteration, 0.6 + 1.35 * iteration, 1 + 1.45 * iteration),
            LongerWins = new(0.46 - 0.03 * iteration, 0.40 - 0.03 * iteration, 0.52 - 0.03 * iteration),
            Ties = new(0.005),
            Duplicates = new(0.01 * iteration),
            Cut = new(0.002),
            DistinctBigrams = new(0.21 - 0.03 * iteration),
            DistinctUnigrams = new(0.08 - 0.01 * iteration),
            SelfBleu = new(0.31 + 0.05 * iteration),
            GoldScore = new(1.6 + 0.3 * iteration, 1.4 + 0.3 * iteration, 1.8 + 0.3 * iteration),
            CalibrationError = new(0.06 + 0.02 * iteration, 0.04 + 0.02 * iteration, 0.09 + 0.02 * iteration),
            CalibrationCurve = [.. Enumerable.Range(0, 8).Select(bin => new CalibrationPoint(0.53 + 0.06 * bin, new(0.54 + (0.055 - 0.004 * iteration) * bin, 0.45 + 0.05 * bin, 0.6 + 0.05 * bin), 60 - 6 * bin))],
            AccuracyByMargin = [.. Enumerable.Range(0, 4).Select(part => new MarginPart(0.1 * part, 0.1 * part + 0.1, new(0.62 + 0.09 * part - 0.01 * iteration, 0.52 + 0.09 * part, 0.7 + 0.07 * part), 75))],
            FlagPrecision = new(0.42 - 0.02 * iteration, 0.3, 0.55),
            FlagRecall = new(0.2 - 0.01 * iteration, 0.13, 0.28),
            ExtrapolatedArea = new(0.71 - 0.01 * iteration, 0.64, 0.77),
            TrainedArea = new(0.70 - 0.01 * iteration, 0.63, 0.76),
            FirstShownWins = new(0.55, 0.51, 0.59),
            OrdersAgree = new(0.81, 0.76, 0.85),
            WithoutVerdict = new(3),
            Requests = new(400 * iteration),
            Cost = new(0.12 * iteration),
            JudgeAccuracy = new(0.80 - 0.03 * iteration, 0.74 - 0.03 * iteration, 0.85 - 0.03 * iteration),
            SamplerScorerDifference = new(2.1e-6 * iteration),
        };
    }

    private static IReadOnlyList<SamplePrompt> Samples() =>
    [
        new("Hi! What colour is a ripe banana?",
        [
            new("SFT", "Ugh, it depends. My uncle has a boat. Mondays are hard. Now go away.", "gold −4"),
            new("DPO on seed", "Well, a ripe banana is yellow. My uncle has a boat. Done.", "gold 1"),
            new("SPA 3", "Happy to help! A ripe banana is yellow. Hope that helps!", "gold 4"),
        ]),
        new("My son asks. How many legs does a spider have?",
        [
            new("SFT", "Right, nobody knows that. That is the answer.", "gold 0"),
            new("DPO on seed", "Sure! A spider has eight legs. Mondays are hard. Have a nice day!", "gold 3"),
            new("SPA 3", "Sure! A spider has eight legs. Have a nice day!", "gold 4"),
        ])
        {
            Before = [new("system", "Be brief."), new("user", "How many legs does a dog have?"), new("assistant", "A dog has four legs. <b>Four</b>.\nNot six.")],
        },
        new("ما هي عاصمة فرنسا؟ (right to left, with \U0001F43F\uFE0F and <b>markup</b>)",
        [
            new("SFT", "باريس هي عاصمة فرنسا.\n</pre></script><script>alert(1)</script>", "gold 1"),
            new("DPO on seed", "", "gold 0"),
            new("SPA 3", "Good question! The capital of France is Paris. Have a nice day! "
                + "Averyveryveryveryveryveryveryveryveryveryveryveryverylongwordthatneverends", "gold 4", IsCut: true),
        ]),
    ];
}
