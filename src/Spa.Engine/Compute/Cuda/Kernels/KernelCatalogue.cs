using System.Reflection;

namespace Spa.Engine.Compute.Cuda.Kernels;

/// <summary>
/// Every kernel that the backend can launch. The classes of this folder named <c>...Kernels</c> are found by name, so that a new file is a new
/// part of the catalogue; a launch never comes here.
/// </summary>
public static class KernelCatalogue
{
    private static readonly Lazy<KernelTemplate[]> s_templates = new(Find);

    /// <summary>All kernels, by entry.</summary>
    public static IReadOnlyList<KernelTemplate> Templates => s_templates.Value;

    /// <summary>All kernels in all configurations.</summary>
    public static IEnumerable<KernelVariant> Variants => Templates.SelectMany(template => template.Variants);

    private static KernelTemplate[] Find() =>
    [
        .. typeof(KernelCatalogue).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(KernelCatalogue).Namespace && type.Name.EndsWith("Kernels", StringComparison.Ordinal))
            .SelectMany(type => (IEnumerable<KernelTemplate>)type.GetProperty("All", BindingFlags.Static | BindingFlags.Public)!.GetValue(null)!)
            .OrderBy(template => template.Entry, StringComparer.Ordinal),
    ];
}
