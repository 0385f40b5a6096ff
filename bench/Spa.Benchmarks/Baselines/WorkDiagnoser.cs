using BenchmarkDotNet.Analysers;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Validators;

namespace Spa.Benchmarks.Baselines;

/// <summary>Adds the work of a call to BenchmarkDotNet's result files, so that rates and ceilings can be computed from the files alone. Measures nothing.</summary>
internal sealed class WorkDiagnoser : IDiagnoser
{
    /// <summary>Metric with the operations of a call.</summary>
    public const string Flops = "Flops";

    /// <summary>Metric with the bytes of a call.</summary>
    public const string Bytes = "Bytes";

    public IEnumerable<string> Ids => [nameof(WorkDiagnoser)];

    public IEnumerable<IExporter> Exporters => [];

    public IEnumerable<IAnalyser> Analysers => [];

    public RunMode GetRunMode(BenchmarkCase benchmarkCase) => RunMode.NoOverhead;

    public bool RequiresBlockingAcknowledgments(BenchmarkCase benchmarkCase) => false;

    public void Handle(HostSignal signal, DiagnoserActionParameters parameters)
    {
    }

    public IEnumerable<Metric> ProcessResults(DiagnoserResults results)
    {
        if (results.BenchmarkCase.Parameters.Items.Select(item => item.Value).OfType<IBenchmarkWork>().FirstOrDefault() is not { } work) yield break;
        yield return new Metric(new WorkDescriptor(Flops), work.Flops);
        yield return new Metric(new WorkDescriptor(Bytes), work.Bytes);
    }

    public void DisplayResults(ILogger logger)
    {
    }

    public IEnumerable<ValidationError> Validate(ValidationParameters validationParameters) => [];

    private sealed class WorkDescriptor(string id) : IMetricDescriptor
    {
        public string Id => id;

        public string DisplayName => id;

        public string Legend => $"{id} of a call";

        public string NumberFormat => "F0";

        public UnitType UnitType => UnitType.Dimensionless;

        public string Unit => "";

        public bool TheGreaterTheBetter => true;

        public int PriorityInCategory => 0;

        // For the files only: the table has the rates.
        public bool GetIsAvailable(Metric metric) => false;
    }
}
