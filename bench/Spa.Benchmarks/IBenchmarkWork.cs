namespace Spa.Benchmarks;

/// <summary>A benchmark parameter that knows how much work one call is, so that <see cref="RateColumn"/> can divide it by the time.</summary>
public interface IBenchmarkWork
{
    /// <summary>Floating-point operations of a call, a multiply-add counting as two; 0 where it says nothing.</summary>
    double Flops { get; }

    /// <summary>Bytes that must be read from memory or written to it.</summary>
    double Bytes { get; }
}
