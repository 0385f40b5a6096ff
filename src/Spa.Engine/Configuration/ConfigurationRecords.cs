using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text;

namespace Spa.Engine.Configuration;

/// <summary>
/// Moves values between the table's paths and the records' properties by name (<c>top_p</c> is <c>TopP</c>), so that a key is written
/// down in two places only: its row in the table and its typed property. A test holds the two to each other.
/// </summary>
internal static class ConfigurationRecords
{
    /// <summary>Sets every property of <paramref name="record"/> that is a key of <paramref name="section"/>.</summary>
    public static T Fill<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(
        T record, string section, IReadOnlyDictionary<string, object?> values)
        where T : class
    {
        foreach (ConfigurationKey key in ConfigurationKeys.All.Where(key => key.Section == section))
        {
            PropertyInfo property = Property(typeof(T), key);
            property.SetValue(record, Narrow(values[key.Path], property.PropertyType));
        }

        return record;
    }

    /// <summary>The value of each key of <paramref name="section"/>.</summary>
    public static IEnumerable<(ConfigurationKey Key, object? Value)> Read<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(
        T record, string section)
        where T : class
    {
        foreach (ConfigurationKey key in ConfigurationKeys.All.Where(key => key.Section == section)) yield return (key, Property(typeof(T), key).GetValue(record));
    }

    /// <summary><c>max_new_tokens</c> to <c>MaxNewTokens</c>.</summary>
    public static string PropertyName(string key)
    {
        StringBuilder name = new();
        foreach (string word in key.Split('_')) name.Append(char.ToUpperInvariant(word[0])).Append(word.AsSpan(1));
        return name.ToString();
    }

    private static PropertyInfo Property([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] Type type, ConfigurationKey key) =>
        type.GetProperty(PropertyName(key.Name)) ?? throw new InvalidOperationException($"{type.Name} has no property for the key '{key.Path}'");

    private static object? Narrow(object? value, Type type)
    {
        Type target = Nullable.GetUnderlyingType(type) ?? type;
        return value switch
        {
            long whole when target == typeof(int) => checked((int)whole),
            long whole when target == typeof(uint) => checked((uint)whole),
            ValueList<long> list => new ValueList<int>(list.Select(item => checked((int)item))),
            _ => value,
        };
    }
}
