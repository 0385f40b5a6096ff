using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Formats;

namespace Spa.Engine.Pipeline.Studies;

/// <summary>
/// Runs the arms of a study, several at once. An arm that is done is passed over; one that was interrupted goes on inside its run folder. What arms have in
/// common (data, the seed stage, the first iteration's samples, evaluations of one model) is done once, found by the hash of its inputs.
/// </summary>
public sealed class StudyRunner
{
    private readonly Study _study;
    private readonly StudyOptions _options;
    private readonly RunLog _log;
    private readonly PhaseStore _shared;
    private readonly (StudyExperiment Experiment, uint Seed)[] _groups;
    private readonly StudyResults _results;
    private readonly Lock _lock = new();
    private readonly int _arms;
    private int _next, _done;

    private StudyRunner(Study study, StudyOptions options, RunLog log)
    {
        (_study, _options, _log, _results) = (study, options, log, new StudyResults(study));
        _shared = new PhaseStore(Path.Combine(new RunFolder(options.OutputFolder).Path, "shared"), Shares);
        _groups = [.. study.Experiments.SelectMany(e => e.Seeds.Select(seed => (e, seed)))];
        _arms = _groups.Sum(g => g.Experiment.Runs.Count());
    }

    /// <summary>Does whatever of the study is not done yet.</summary>
    /// <exception cref="SpaException">An arm cannot be run: names it.</exception>
    public static StudyResults Run(Study study, StudyOptions options, RunLog log, CancellationToken cancel)
    {
        var runner = new StudyRunner(study, options, log);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task[] jobs = [.. Enumerable.Range(0, Math.Min(options.Jobs, runner._groups.Length))
            .Select(_ => Task.Factory.StartNew(() => runner.Work(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        try
        {
            Task.WaitAll(jobs, CancellationToken.None);
        }
        catch (AggregateException errors)
        {
            // The first failure stops the other jobs; what they say then is of no interest.
            Exception cause = errors.InnerExceptions.FirstOrDefault(e => e is not OperationCanceledException) ?? errors.InnerExceptions[0];
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(cause);
        }
        runner.Report("");
        JsonFiles.WriteObject(Path.Combine(options.OutputFolder, "results.json"), runner._results.ToJson());
        return runner._results;
    }

    // Models of later stages differ between arms that are worth comparing, and are large.
    private static bool Shares(string phase) =>
        phase.StartsWith("demo/", StringComparison.Ordinal) || phase.StartsWith("sft/", StringComparison.Ordinal) || phase.StartsWith(RunFolder.StageName(0), StringComparison.Ordinal)
        || phase is "stage-1/sample" or "stage-1/judge";

    private void Work(CancellationTokenSource stop)
    {
        try
        {
            using ComputeBackend backend = _options.Backend();
            var context = new RunContext(backend, _options.MatrixType, RunLog.Silent, stop.Token) { Shared = _shared };
            for (int i = Interlocked.Increment(ref _next) - 1; i < _groups.Length; i = Interlocked.Increment(ref _next) - 1) RunGroup(_groups[i].Experiment, _groups[i].Seed, context);
        }
        catch
        {
            stop.Cancel();
            throw;
        }
    }

    private void RunGroup(StudyExperiment experiment, uint seed, RunContext context)
    {
        var folder = new RunFolder(Path.Combine(_options.OutputFolder, experiment.Name, $"seed-{seed}"));
        var state = new RunState(folder.State, (JsonObject)_options.Environment.DeepClone(), _shared);
        using IStudyTask task = _study.Base is null ? new DemoStudyTask(experiment, seed, folder, state, context) : new RunStudyTask(_study, experiment, seed, _options.Overrides, context);
        foreach (StudyArm arm in experiment.Runs)
        {
            context.Cancel.ThrowIfCancellationRequested();
            try
            {
                _results.Add(experiment.Name, arm.Name, seed, RunArm(task, arm, folder, state, $"{experiment.Name}, seed {seed}: {arm.Name}"));
                lock (_lock) _done++;
            }
            catch (SpaException error) when (error is not UsageException)
            {
                throw new SpaException($"{experiment.Name}, seed {seed}, arm {arm.Name}: {error.Message}");
            }
        }
    }

    private ArmResult RunArm(IStudyTask task, StudyArm arm, RunFolder folder, RunState state, string name)
    {
        string path = Path.Combine(folder.Path, arm.Name), result = path + ".json";
        state.Run($"arm/{arm.Name}", task.Inputs(arm), [result], RunLog.Silent, _ =>
        {
            Report(name);
            ArmResult measured = task.Run(arm, path);
            JsonFiles.WriteObject(result, measured.ToJson());
            if (!_options.KeepModels) StudyStages.RemoveModels(path);
            return new PhaseResult(new JsonObject { ["updates"] = measured.Updates });
        });
        return ArmResult.FromJson(JsonFiles.ReadObject(result));
    }

    // At the beginning of an arm; one that is passed over says nothing, so that it does not count as speed.
    private void Report(string arm)
    {
        lock (_lock) _log.Progress("study", _done, _arms, "arms", arm);
    }
}
