using System.Text.Json;

namespace Spa.Benchmarks.Baselines;

/// <summary>Beside the reports of BenchmarkDotNet, which know nothing of devices: the device that they were measured on.</summary>
public static class DeviceFile
{
    private const string Name = "device.json";

    private static readonly JsonSerializerOptions s_options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static void Write(string folder, DeviceDescription device) => File.WriteAllText(Path.Combine(folder, Name), JsonSerializer.Serialize(device, s_options) + "\n");

    /// <summary>The device of a folder of results; null: none was used.</summary>
    /// <exception cref="BaselineException">The file is damaged.</exception>
    public static DeviceDescription? Read(string folder)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<DeviceDescription>(File.ReadAllText(path), s_options);
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new BaselineException($"'{path}' does not describe a device ({error.Message.ReplaceLineEndings(" ").TrimEnd('.')}); run the benchmarks again", error);
        }
    }
}
