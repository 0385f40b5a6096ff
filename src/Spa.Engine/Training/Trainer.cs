using System.Diagnostics;
using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Models;

namespace Spa.Engine.Training;

/// <summary>
/// The training loop: micro-batches, clipping, optimiser, schedule, metrics, checkpoints. Which examples an update sees depends on seed, epoch and
/// position alone, so a resumed run goes on with the same bits.
/// </summary>
public sealed class Trainer
{
    private readonly PolicyState _policy;
    private readonly ITrainingTask _task;
    private readonly TrainerSettings _settings;
    private readonly LearningRateSchedule _schedule;
    private readonly ExampleOrder _order;
    private readonly MetricSums _metrics;
    private readonly int[] _examples;
    private readonly int _updatesPerEpoch;
    private double _gradNorm;
    private double _learningRate;

    public Trainer(PolicyState policy, ITrainingTask task, TrainerSettings settings)
    {
        if (task.Count == 0) throw new SpaException("there is nothing to train on: the data set has no usable row");
        (_policy, _task, _settings) = (policy, task, settings);
        int microBatches = (task.Count + settings.MicroBatch - 1) / settings.MicroBatch;
        _updatesPerEpoch = (microBatches + settings.Accumulation - 1) / settings.Accumulation * settings.Repeats;
        Updates = settings.MaxSteps > 0 ? settings.MaxSteps : Math.Max(1, (int)Math.Ceiling(settings.Epochs * _updatesPerEpoch));
        _schedule = new LearningRateSchedule(settings, Updates);
        _order = new ExampleOrder(task.Count, settings.Shuffle, settings.Seed);
        _metrics = new MetricSums(task.MetricNames);
        _examples = new int[settings.MicroBatch * settings.Accumulation];
    }

    /// <summary>Updates of the whole stage.</summary>
    public int Updates { get; }

    /// <summary>Updates done.</summary>
    public int Step { get; private set; }

    /// <summary>Epochs done, with fraction.</summary>
    public double Epoch => (double)Step / _updatesPerEpoch;

    /// <summary>What a checkpoint must hold of the loop itself: where it stands, and metrics that are not logged yet.</summary>
    public JsonObject SaveState() => new() { ["step"] = Step, ["metrics"] = _metrics.Save() };

    /// <summary>Goes on behind an update of an earlier attempt, whose weights, optimiser and task state are in place.</summary>
    public void RestoreState(JsonObject state)
    {
        int step = state["step"]!.GetValue<int>();
        if (step < 0 || step > Updates)
            throw new SpaException($"a checkpoint stands at update {step} of a stage with {Updates}; remove the checkpoint folder to begin anew");
        Step = step;
        _metrics.Restore(state["metrics"]!.AsObject());
    }

    /// <summary>Runs until the stage's end. Cancelling stops between two updates.</summary>
    /// <param name="log">Progress.</param>
    /// <param name="phase">Name of the phase in the log.</param>
    /// <param name="record">Gets a line of metrics every LoggingSteps updates and after the last.</param>
    /// <param name="checkpoint">Called every SaveSteps updates but not after the last; must store weights, optimiser and the states of loop and task.</param>
    /// <param name="cancel">Stops the loop with an OperationCanceledException after a final checkpoint.</param>
    public void Run(RunLog log, string phase, Action<TrainingRecord> record, Action checkpoint, CancellationToken cancel)
    {
        var watch = new Stopwatch();
        long tokens = _task.TokensSeen;
        int sinceRecord = 0;
        log.Progress(phase, Step, Updates, "updates");
        while (Step < Updates)
        {
            if (cancel.IsCancellationRequested)
            {
                if (Step > 0) checkpoint();
                cancel.ThrowIfCancellationRequested();
            }
            watch.Start();
            RunUpdate();
            watch.Stop();
            sinceRecord++;
            bool last = Step == Updates;
            if (last || _settings.LoggingSteps > 0 && Step % _settings.LoggingSteps == 0)
            {
                TrainingRecord line = MakeRecord(watch.Elapsed.TotalSeconds, sinceRecord, _task.TokensSeen - tokens);
                record(line);
                log.Progress(phase, Step, Updates, "updates", $"{_task.ShownMetric} {line[_task.ShownMetric]:F4}, {line["perf/tokens_per_second"]:F0} tokens/s");
                (tokens, sinceRecord) = (_task.TokensSeen, 0);
                watch.Reset();
            }
            if (!last && _settings.SaveSteps > 0 && Step % _settings.SaveSteps == 0) checkpoint();
        }
    }

    /// <summary>One update: all its micro-batches, clipping and the optimiser. Allocates nothing once warm.</summary>
    public void RunUpdate()
    {
        ReadOnlySpan<int> examples = NextExamples();
        int microBatches = (examples.Length + _settings.MicroBatch - 1) / _settings.MicroBatch;
        _learningRate = _schedule.At(Step);
        _policy.BeginUpdate(_settings.Seed, Step);
        _task.BeginUpdate(examples, new UpdateContext(Step, Updates, microBatches));
        for (int i = 0; i < microBatches; i++)
        {
            int start = i * _settings.MicroBatch;
            _task.RunMicroBatch(examples[start..Math.Min(examples.Length, start + _settings.MicroBatch)], _metrics);
        }
        _task.EndUpdate(_metrics);
        _gradNorm = _policy.GradientNorm();
        if (!double.IsFinite(_gradNorm) || !double.IsFinite(_metrics[0])) ThrowNotFinite(examples);
        _policy.Update(new AdamWStep(_learningRate, _settings.AdamBeta1, _settings.AdamBeta2, _settings.AdamEpsilon, _settings.WeightDecay, Step + 1,
            _settings.MaxGradNorm));
        Step++;
    }

    private ReadOnlySpan<int> NextExamples()
    {
        int epoch = Step / _updatesPerEpoch, first = Step % _updatesPerEpoch / _settings.Repeats * _examples.Length;
        int count = Math.Min(_examples.Length, _task.Count - first);
        for (int i = 0; i < count; i++) _examples[i] = _order[epoch, first + i];
        return _examples.AsSpan(0, count);
    }

    private TrainingRecord MakeRecord(double seconds, int updates, long tokens)
    {
        var values = new List<KeyValuePair<string, double>> { new("loss", _metrics[0]), new("grad_norm", _gradNorm), new("learning_rate", _learningRate) };
        for (int i = 1; i < _metrics.Names.Count; i++)
            if (_metrics.Has(i)) values.Add(new(_metrics.Names[i], _metrics[i]));
        values.Add(new("num_tokens", _task.TokensSeen));
        values.Add(new("perf/tokens_per_second", tokens / seconds));
        values.Add(new("perf/step_ms", 1000 * seconds / updates));
        values.Add(new("perf/memory_peak_bytes", Process.GetCurrentProcess().PeakWorkingSet64));
        _metrics.Clear();
        return new TrainingRecord(Step, Epoch, values);
    }

    private void ThrowNotFinite(ReadOnlySpan<int> examples)
    {
        string culprit = "the loss itself";
        foreach (Parameter p in _policy.Table.Parameters)
        {
            var gradient = new float[p.Count];
            _policy.Model.Backend.Download<float>(gradient, ParameterTable.InFlat(_policy.Gradients.Flat, p));
            if (Array.TrueForAll(gradient, float.IsFinite)) continue;
            culprit = $"the gradient of {p.Name}";
            break;
        }
        throw new SpaException($"update {Step + 1}: {culprit} is not finite (loss {_metrics[0]}, gradient norm {_gradNorm}) on {_task.Describe(examples)}; lower the "
            + "learning rate or check the weights");
    }
}
