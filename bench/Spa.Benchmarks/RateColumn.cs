using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Spa.Benchmarks;

/// <summary>Work per second at the median time, from the case's <see cref="IBenchmarkWork"/> parameter.</summary>
internal sealed class RateColumn(string name, string legend, Func<IBenchmarkWork, double> work) : IColumn
{
    public static readonly IColumn Gflops = new RateColumn("GFLOP/s", "10^9 floating-point operations per second at the median", work => work.Flops);

    public static readonly IColumn Teraflops = new RateColumn("TFLOP/s", "10^12 floating-point operations per second at the median", work => work.Flops / 1e3);

    public static readonly IColumn Gigabytes = new RateColumn("GB/s", "10^9 bytes per second at the median", work => work.Bytes);

    public static readonly IColumn MegaOperations = new RateColumn("10^6/s", "10^6 operations per second at the median", work => work.Flops * 1e3);

    public string Id => name;

    public string ColumnName => name;

    public string Legend => legend;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, SummaryStyle.Default);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style)
    {
        double amount = benchmarkCase.Parameters.Items.Select(item => item.Value).OfType<IBenchmarkWork>().Select(work).FirstOrDefault();
        double? nanoseconds = summary[benchmarkCase]?.ResultStatistics?.Median;
        return amount > 0 && nanoseconds > 0 ? (amount / nanoseconds.Value).ToString("F1") : "-";
    }
}
