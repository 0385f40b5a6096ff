namespace Spa.Engine.Reporting;

/// <summary>How a number is printed.</summary>
public enum NumberStyle
{
    /// <summary>About four significant digits: 2.65, 0.0312, 4.1e-7.</summary>
    Number,

    /// <summary>A share in [0, 1]: 74.4%.</summary>
    Percent,

    /// <summary>A count with thousands separators: 24,000.</summary>
    Count,

    /// <summary>Seconds: 3.2 s, 14 min 02 s.</summary>
    Duration,

    /// <summary>Bytes in powers of 1000: 1.6 MB.</summary>
    Bytes,
}
